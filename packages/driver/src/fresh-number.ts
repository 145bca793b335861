import {
  concat,
  canonicalJson,
  fromBase64Url,
  instant,
  ok,
  readU64,
  refused,
  sameBytes,
  toBase64Url,
  u64,
  utf8,
  type Crypto,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * A number that the register gives out for a tap that is about to be: when, and a MAC over that moment and the reader.
 * Nobody has it beforehand, so a response to a challenge with it was made after that. The register keeps none of
 * them. 36 characters, base64url, which is one piece of OCPP's `additionalInfo`.
 */
export const FreshNumber = Type.String({ pattern: '^[A-Za-z0-9_-]{36}$' })
const Shape = Compile(FreshNumber)
const Told = Compile(Type.Object({ number: FreshNumber }))
export const isFreshNumber = (value: unknown): value is string => Shape.Check(value)

/** As the register, and a CSMS after it, tells one over a wire. */
export const readFreshNumber = (value: unknown): string | undefined =>
  Told.Check(value) ? value.number : undefined

/**
 * How old a number may be when what was answered to it is told, by the register's clock: a card is tapped, then the cable is
 * plugged in, for which a charger gives as long.
 */
export const freshNumberMillisMax = 60_000

/** Of the moment (ms since 1970, 48 bits) and of the MAC: 27 bytes are 36 characters. */
const momentBytes = 6
const macBytes = 21

/** Names of stations are those of their operator (its organisation). */
export type NumberedReader = { readonly operator: string; readonly station: string }

/** @param key the register's own, of at least 32 random bytes; nobody else needs it */
export function issueFreshNumber(
  reader: NumberedReader,
  now: Instant,
  key: Uint8Array,
  crypto: Pick<Crypto, 'hmacSha256'>,
): string {
  const moment = u64(BigInt(now)).slice(-momentBytes)
  return toBase64Url(concat(moment, macOf(reader, moment, key, crypto)))
}

/** When it was given out, if it was with that key, to that reader, and not too long ago. */
export function checkFreshNumber(
  number: string,
  reader: NumberedReader,
  now: Instant,
  key: Uint8Array,
  crypto: Pick<Crypto, 'hmacSha256'>,
  millisMax: number = freshNumberMillisMax,
): Outcome<Instant, 'FreshNumberInvalid' | 'FreshNumberOld'> {
  const bytes = isFreshNumber(number) ? fromBase64Url(number) : undefined
  if (bytes === undefined) return refused('FreshNumberInvalid')
  const moment = bytes.slice(0, momentBytes)
  if (!sameBytes(bytes.slice(momentBytes), macOf(reader, moment, key, crypto)))
    return refused('FreshNumberInvalid')
  const at = instant(Number(readU64(concat(new Uint8Array(8 - momentBytes), moment))))
  // Of a time to come it is only where the register's clock was put back: then nobody knows how old it is.
  return Math.abs(now - at) > millisMax ? refused('FreshNumberOld', `${now - at} ms`) : ok(at)
}

function macOf(
  { operator, station }: NumberedReader,
  moment: Uint8Array,
  key: Uint8Array,
  crypto: Pick<Crypto, 'hmacSha256'>,
): Uint8Array {
  const whose = utf8(canonicalJson({ operator, station }))
  const mac = crypto.hmacSha256(key, concat(utf8('interlock-fresh-number'), moment, whose))
  return mac.slice(0, macBytes)
}
