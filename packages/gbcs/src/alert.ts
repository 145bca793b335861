import {
  assert,
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { dateTimeField } from './access.ts'
import { readContent } from './content.ts'
import {
  executionAlertCode,
  executionAlertLayout,
  isExecuted,
  type ExecutionAlert,
} from './execution-alert.ts'
import { constant, writeLayout, type Layout, type ReadLayout } from './layout.ts'
import {
  directionWords,
  isLoadControl,
  levelWord,
  readDirection,
  type LoadControl,
} from './load-control.ts'
import {
  aboutName,
  attachSignature,
  codeUnknown,
  decodeGrouping,
  encodeGrouping,
  notOfKind,
  signatureMissing,
  toBeSigned,
  type Message,
} from './message.ts'
import type { GbcsProblem } from './problems.ts'

/**
 * ECS101: load moved under the arm. ECS102: the period is over, or was cancelled. FutureDated: what was
 * future-dated has come into force.
 */
export const alerts = {
  ECS101: { code: 0x0121, title: 'Limit APC processed' },
  ECS102: { code: 0x0122, title: 'Limit APC ended or cancelled' },
  FutureDated: { code: executionAlertCode, title: 'Future-Dated Command Carried Out' },
} as const
export type AlertCode = keyof typeof alerts

/**
 * An alert about a load-control command. The field list is the standard's; that the command is named
 * by its originator and counter (the supplementary remote party) is our profile.
 */
export type LoadAlert = LoadControl & {
  readonly code: Exclude<AlertCode, 'FutureDated'>
  readonly device: Eui64
  readonly recipient: Eui64
  /** The device's own counter, rising with every alert. */
  readonly counter: bigint
  readonly about: { readonly party: Eui64; readonly counter: bigint }
}
export type Alert = LoadAlert | ExecutionAlert
export type ReadAlert = {
  readonly alert: Alert
  readonly covered: Uint8Array
  readonly signature: Uint8Array
}

/** The alert, signed with the device's digital-signing key; it has no MAC. */
export function encodeAlert(alert: Alert, key: PrivateKey, crypto: Crypto): Uint8Array {
  const unsigned = encodeUnsignedAlert(alert)
  return attachSignature(unsigned, crypto.sign(key, toBeSigned(unsigned)))
}

/** What a device says of itself in an alert; its number rises with each. */
type Numbered = 'device' | 'counter'
export type Told = Omit<LoadAlert, Numbered> | Omit<ExecutionAlert, Numbered>

/** The same of several, numbered from the one after `last`. */
export const encodeAlerts = (
  alerts: readonly Told[],
  { device, last }: { readonly device: Eui64; readonly last: bigint },
  key: PrivateKey,
  crypto: Crypto,
): readonly Uint8Array[] =>
  alerts.map((alert, at) =>
    encodeAlert({ ...alert, device, counter: last + BigInt(at) + 1n }, key, crypto),
  )

/** The alert before it is signed: `DF 09` … end of content. */
export function encodeUnsignedAlert(alert: Alert): Uint8Array {
  const { code, counter, device: originator, recipient } = alert
  const head = {
    kind: 'alert',
    counter,
    originator,
    recipient,
    messageCode: alerts[code].code,
  } as const
  if (alert.code === 'FutureDated') {
    assert(isExecuted(alert), 'an alert about what was future-dated')
    return encodeGrouping({ ...head, content: writeLayout(executionAlertLayout, alert, counter) })
  }
  assert(isLoadControl(alert), 'an alert about a load control within its limits')
  const content = writeLayout(loadAlertLayout, alert, counter)
  return encodeGrouping({ ...head, about: alert.about, content })
}

/** Reads a signed alert; the signature is for the caller to verify over `covered`. */
export function decodeAlert(bytes: Uint8Array): Outcome<ReadAlert, GbcsProblem> {
  const message = decodeGrouping(bytes, 'signed')
  if (!message.ok) return message
  const alert = readAlert(message.value)
  if (!alert.ok) return alert
  const { covered, signature } = message.value
  if (signature === undefined) return signatureMissing
  return ok({ alert: alert.value, covered, signature })
}

/** What a message says as an alert; nothing in it is verified. */
export function readAlert(message: Message): Outcome<Alert, GbcsProblem> {
  const problem = notOfKind(message, 'alert')
  if (problem !== undefined) return problem
  const { about, messageCode, content, counter, originator: device, recipient } = message
  const code = (Object.keys(alerts) as AlertCode[]).find(
    (each) => alerts[each].code === messageCode,
  )
  if (code === undefined) return codeUnknown(messageCode)
  const head = { device, recipient, counter }
  if (code === 'FutureDated') {
    if (about !== undefined)
      return refused('HeaderMalformed', `${aboutName}: may not be in ${code}`)
    const read = readContent(executionAlertLayout, content, counter)
    return read.ok ? ok({ code, ...head, ...read.value.values }) : read
  }
  if (about === undefined) return refused('HeaderMalformed', `${aboutName}: missing`)
  const read = readContent(loadAlertLayout, content, counter)
  return read.ok ? ok({ code, ...head, about, ...read.value.values }) : read
}

/** The content of an alert, field by field. */
export const readAlertContent = (
  code: AlertCode,
  content: Uint8Array,
  counter: bigint,
): Outcome<ReadLayout<object>, GbcsProblem> =>
  code === 'FutureDated'
    ? readContent(executionAlertLayout, content, counter)
    : readContent(loadAlertLayout, content, counter)

/** A structure of four: direction and number, period start, period end, resulting level. */
const loadAlertLayout: Layout<LoadControl> = [
  { ...constant('structure', 0x02, 0x04), say: () => 'of four' },
  {
    name: 'direction and controller',
    bytes: 3,
    write(value) {
      const word = levelWord({ ...value, levelPercent: 0 })
      return Uint8Array.of(0x12, word >> 8, word & 0xff)
    },
    read: (bytes) => readDirection(bytes[1] ?? 0),
    say: directionWords,
  },
  dateTimeField('period start', 'from'),
  dateTimeField('period end', 'until'),
  {
    name: 'resulting level',
    bytes: 2,
    write: ({ levelPercent }) => Uint8Array.of(0x11, levelPercent),
    read: ([, levelPercent = 0]) => (levelPercent <= 100 ? { levelPercent } : undefined),
    say: ({ levelPercent }) => `${levelPercent} %`,
  },
]
