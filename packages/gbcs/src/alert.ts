import {
  concat,
  ok,
  refused,
  sameBytes,
  type Crypto,
  type Eui64,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { dateTimeBytes, decodeDateTime, encodeDateTime } from './date-time.ts'
import { isLoadControl, levelWord, type LoadControl } from './load-control.ts'
import { attachSignature, decodeGrouping, encodeGrouping, toBeSigned } from './message.ts'
import type { GbcsProblem } from './problems.ts'

/** ECS101 *Limit APC processed*: load moved under the arm. ECS102 *limit ended or cancelled*. */
export const alertCodes = { ECS101: 0x0121, ECS102: 0x0122 } as const
export type AlertCode = keyof typeof alertCodes

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
  const unsigned = encodeGrouping({
    kind: 'alert',
    counter: alert.counter,
    originator: alert.device,
    recipient: alert.recipient,
    messageCode: alertCodes[alert.code],
    about: alert.about,
    content: encodeContent(alert),
  })
  return attachSignature(unsigned, crypto.sign(key, toBeSigned(unsigned)))
}

/** Reads a signed alert; the signature is for the caller to verify over `covered`. */
export function decodeAlert(bytes: Uint8Array): Outcome<ReadAlert, GbcsProblem> {
  const message = decodeGrouping(bytes, 'signed')
  if (!message.ok) return message
  const { kind, about, messageCode, content, covered, signature } = message.value
  if (kind !== 'alert' || about === undefined) return refused('HeaderMalformed')
  if (signature === undefined) return refused('SignatureMissing')
  const code = (Object.keys(alertCodes) as AlertCode[]).find(
    (each) => alertCodes[each] === messageCode,
  )
  if (code === undefined) return refused('UseCaseUnknown', messageCode.toString(16))
  const values = decodeContent(content)
  if (values === undefined) return refused('ContentMalformed')
  const { originator: device, recipient, counter } = message.value
  return ok({ alert: { code, device, recipient, counter, about, ...values }, covered, signature })
}

/** A structure of four: direction and number, period start, period end, resulting level. */
function encodeContent(value: LoadControl): Uint8Array {
  const word = levelWord({ ...value, levelPercent: 0 })
  return concat(
    Uint8Array.of(0x02, 0x04, 0x12, word >> 8, word & 0xff, 0x09, dateTimeBytes),
    encodeDateTime(value.from),
    Uint8Array.of(0x09, dateTimeBytes),
    encodeDateTime(value.until),
    Uint8Array.of(0x11, value.levelPercent),
  )
}

function decodeContent(content: Uint8Array): LoadControl | undefined {
  const from = decodeDateTime(content.subarray(7, 19))
  const until = decodeDateTime(content.subarray(21, 33))
  if (from === undefined || until === undefined) return undefined
  const high = content[3] ?? 0
  const value: LoadControl = {
    controller: high & 0x0f,
    direction: (high & 0xf0) === 0x20 ? 'export' : 'import',
    levelPercent: content[34] ?? 0,
    from,
    until,
  }
  if (!isLoadControl(value)) return undefined
  return sameBytes(encodeContent(value), content) ? value : undefined
}
