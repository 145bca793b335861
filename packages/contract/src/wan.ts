import { fromBase64, parseJson, toBase64, type Eui64 } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { limits } from './limits.ts'

/**
 * The wide area network between data company and communications hub: JSON texts over a WebSocket
 * that the hub opens at `/wan/<EUI-64 of the hub>` with its certificate. Every message is answered
 * once, under the same id.
 */
export const wanSubprotocol = 'interlock.wan.1'
export const wanPath = '/wan/'

const strict = { additionalProperties: false }
const Id = Type.String({ pattern: '^[0-9a-f-]{36}$' })
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const Bytes = Type.String({ maxLength: 12_000 })
/** A command, or a revocation list behind its type byte: base64. */
const Frame = Type.String({ maxLength: 4 * Math.ceil((1 + limits.revocationListCharsMax) / 3) })

export const WanMessage = Type.Union([
  /** DCC → hub: a GBCS message or a revocation list for a device of the home (base64). */
  Type.Object({ id: Id, to: Eui, frame: Frame }, strict),
  /** Hub → DCC: the device's answer; empty when it discarded the message. */
  Type.Object({ id: Id, answer: Bytes }, strict),
  /** Hub → DCC: there is no answer. */
  Type.Object(
    { id: Id, problem: Type.Union([Type.Literal('DeviceOffline'), Type.Literal('Timeout')]) },
    strict,
  ),
  /** Hub → DCC: an alert that a device has signed (base64). */
  Type.Object({ id: Id, from: Eui, alert: Bytes }, strict),
  /** DCC → hub: whether the alert was taken; `final`: it never will be. */
  Type.Object({ id: Id, taken: Type.Boolean(), final: Type.Optional(Type.Literal(true)) }, strict),
])
export type WanMessage = Static<typeof WanMessage>

/** What becomes of an alert: `later`, it is to be brought again; `refused`, it never will be taken. */
export type AlertVerdict = 'taken' | 'refused' | 'later'

export const wanVerdict = (id: string, verdict: AlertVerdict): string =>
  JSON.stringify({
    id,
    taken: verdict === 'taken',
    ...(verdict === 'refused' ? { final: true } : {}),
  } satisfies WanMessage)
export const verdictIn = ({
  taken,
  final,
}: Extract<WanMessage, { taken: boolean }>): AlertVerdict =>
  taken ? 'taken' : final === true ? 'refused' : 'later'

/** `undefined` unless the text is one of the messages. */
export function parseWan(text: string): WanMessage | undefined {
  if (text.length > limits.frameBytesMax) return undefined
  const parsed = parseJson(text, 2)
  return parsed.ok && Value.Check(WanMessage, parsed.value) ? parsed.value : undefined
}

export const wanKey = (id: string): string => `wan/${id}`
export const wanBytes = (text: string): Uint8Array | undefined => fromBase64(text)
export const wanFrame = (id: string, to: Eui64, frame: Uint8Array): string =>
  JSON.stringify({ id, to, frame: toBase64(frame) } satisfies WanMessage)
export const wanAlert = (id: string, from: Eui64, alert: Uint8Array): string =>
  JSON.stringify({ id, from, alert: toBase64(alert) } satisfies WanMessage)
