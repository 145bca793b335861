import {
  ok,
  parseEui64,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { signConsent, type ConsentStatement, type SignedConsent } from './statement.ts'

/** Where the ledger of a station stands, as whoever keeps it says: what the next statement has to name. */
export type NextConsent = Pick<ConsentStatement, 'station' | 'number' | 'previous'>

const Wire = Compile(
  Type.Object({
    station: Type.String(),
    number: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    previous: Type.String({ pattern: '^([A-Za-z0-9_-]{43})?$' }),
  }),
)

/** @param value parsed JSON */
export function readNextConsent(value: unknown): Outcome<NextConsent, 'ConsentMalformed'> {
  if (!Wire.Check(value)) return refused('ConsentMalformed', 'no place in a ledger')
  const station = parseEui64(value.station)
  if (station === undefined) return refused('ConsentMalformed', 'station')
  return ok({ station, number: value.number, previous: value.previous })
}

/** What an owner wants: that a reader may, or no longer may, have what a purpose needs. */
export type ConsentWish = {
  readonly reader: Eui64
  readonly purpose: ConsentStatement['purpose']
  readonly given: boolean
  readonly until?: Instant
}

/** An owner's wish as the next statement of a ledger, signed. */
export const signNextConsent = (
  { station, number, previous }: NextConsent,
  wish: ConsentWish,
  at: Instant,
  key: PrivateKey,
  crypto: Crypto,
): SignedConsent => signConsent({ station, number, previous, ...wish, at }, key, crypto)
