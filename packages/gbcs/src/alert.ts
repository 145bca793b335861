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
import { constant, writeLayout, type Layout } from './layout.ts'
import {
  directionWords,
  isLoadControl,
  levelWord,
  readDirection,
  type LoadControl,
} from './load-control.ts'
import {
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

/** ECS101: load moved under the arm. ECS102: the period is over, or was cancelled. */
export const alerts = {
  ECS101: { code: 0x0121, title: 'Limit APC processed' },
  ECS102: { code: 0x0122, title: 'Limit APC ended or cancelled' },
} as const
export type AlertCode = keyof typeof alerts

/**
 * An alert about a load-control command. The field list is the standard's; that the command is named
 * by its originator and counter (the supplementary remote party) is our profile.
 */
export type Alert = LoadControl & {
  readonly code: AlertCode
  readonly device: Eui64
  readonly recipient: Eui64
  /** The device's own counter, rising with every alert. */
  readonly counter: bigint
  readonly about: { readonly party: Eui64; readonly counter: bigint }
}
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

/** The alert before it is signed: `DF 09` … end of content. */
export function encodeUnsignedAlert(alert: Alert): Uint8Array {
  assert(isLoadControl(alert), 'an alert about a load control within its limits')
  return encodeGrouping({
    kind: 'alert',
    counter: alert.counter,
    originator: alert.device,
    recipient: alert.recipient,
    messageCode: alerts[alert.code].code,
    about: alert.about,
    content: writeLayout(alertLayout, alert, alert.counter),
  })
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
  const read = readContent(alertLayout, content, counter)
  if (!read.ok) return read
  // An alert has it: `notOfKind` has seen to that.
  if (about === undefined) return refused('HeaderMalformed')
  return ok({ code, device, recipient, counter, about, ...read.value.values })
}

/** A structure of four: direction and number, period start, period end, resulting level. */
export const alertLayout: Layout<LoadControl> = [
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
