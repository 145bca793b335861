import type { FlattenedJws } from '@interlock/contract'
import {
  fromBase64Url,
  fromIso,
  ok,
  refused,
  toIso,
  type Crypto,
  type Instant,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { asFlattened, decodeJws, isMembers } from './jws.ts'
import { signPinned } from './signed-statement.ts'
import { parseStrictJson } from './strict-json.ts'

/** What came through a feeder in the quarter of an hour that began at `from`, by its own meter. */
export type FeederReading = {
  readonly feeder: string
  readonly from: Instant
  /** Whole; negative when the feeder fed back. */
  readonly wattHours: number
}

export type FeederReadingProblem = 'Malformed' | 'SignerWrong' | 'SignatureInvalid'

const type = 'interlock-feeder-reading'
/** More than any feeder carries in a quarter of an hour. */
const wattHoursMax = 1e9
const feederCharsMax = 128

/** The meter's word: whoever carries it can withhold it, and not change it. */
export const signFeederReading = (
  { feeder, from, wattHours }: FeederReading,
  meter: { readonly thumbprint: string; readonly key: PrivateKey },
  crypto: Crypto,
): FlattenedJws => signPinned(type, { feeder, from: toIso(from), wattHours }, meter, crypto)

/** Verifies that the pinned meter said it, and reads it. */
export function openFeederReading(
  value: unknown,
  meter: { readonly thumbprint: string; readonly publicKey: PublicKey },
  crypto: Crypto,
): Outcome<FeederReading, FeederReadingProblem> {
  const jws = asFlattened(value)
  if (!jws.ok) return jws
  const { protected: head, payload, signature } = jws.value
  const decoded = decodeJws(head, payload, signature)
  if (!decoded.ok) return decoded
  const { header } = decoded.value
  const names = Object.keys(header)
  if (names.length !== 3 || header['alg'] !== 'ES256' || header['typ'] !== type)
    return refused('Malformed', 'not the header of a reading')
  if (header['x5t#S256'] !== meter.thumbprint) return refused('SignerWrong')
  if (!crypto.verify(meter.publicKey, decoded.value.signed, decoded.value.signature))
    return refused('SignatureInvalid')
  const bytes = fromBase64Url(payload)
  const said = bytes === undefined ? undefined : parseStrictJson(bytes)
  return said?.ok === true ? readingIn(said.value) : refused('Malformed', 'no JSON')
}

function readingIn(said: unknown): Outcome<FeederReading, 'Malformed'> {
  if (!isMembers(said) || Object.keys(said).length !== 3) return refused('Malformed', 'members')
  const { feeder, from: text, wattHours } = said
  const from = typeof text === 'string' ? fromIso(text) : undefined
  const isNamed = typeof feeder === 'string' && feeder !== '' && feeder.length <= feederCharsMax
  const isWhole = Number.isSafeInteger(wattHours) && Math.abs(Number(wattHours)) <= wattHoursMax
  return isNamed && isWhole && from !== undefined
    ? ok({ feeder, from, wattHours: Number(wattHours) })
    : refused('Malformed', 'feeder, from and wattHours')
}
