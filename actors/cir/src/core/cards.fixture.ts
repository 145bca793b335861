import {
  counterFrom,
  createCard,
  issueFreshNumber,
  plainCard,
  readCard,
  type Card,
  type CardCounter,
  type DriverProof,
} from '@interlock/driver'
import { nodeCrypto as crypto } from '@interlock/host'
import { fromHex, instant, toBase64, toIso, type Instant } from '@interlock/kernel'
import type { Token } from '@interlock/ocpi'
import type { RegisteredToken } from './registered-token.ts'
import type { Sighting } from './sighting.ts'

export { crypto }
export const night = instant(Date.parse('2026-01-12T20:00:00Z'))
export const minutes = (count: number): Instant => instant(night + count * 60_000)
export const uid = '04A1B2C3D4E5F6'
export const ours = { country_code: 'GB', party_id: 'INT' }
export const theirs = { country_code: 'NL', party_id: 'OTH' }
export const london = { latitude: 51.5072, longitude: -0.1276 }
export const edinburgh = { latitude: 55.9533, longitude: -3.1883 }

const bytes = fromHex(uid) ?? new Uint8Array()
const cardKey = crypto.ephemeralKey()
export const key = toBase64(cardKey.publicKey.spki)
export const otherCardKey = crypto.ephemeralKey()
export const otherKey = toBase64(otherCardKey.publicKey.spki)

export const card = (counter: CardCounter = counterFrom(0), with_ = cardKey): Card =>
  createCard({ uid: bytes, contractId: 'GBINTC0012345X', key: with_ }, counter, crypto)
export const forged = (): Card => card(counterFrom(0), crypto.ephemeralKey())
export const plain = (): Card => plainCard(bytes)

export const token = (change: Partial<Token> = {}): Token => ({
  ...ours,
  uid,
  type: 'RFID',
  contract_id: 'GBINTC0012345X',
  issuer: 'Interlock Mobility',
  valid: true,
  whitelist: 'ALLOWED_OFFLINE',
  last_updated: toIso(night),
  ...change,
})
export const registered = (change: Partial<RegisteredToken> = {}): RegisteredToken => ({
  token: token(),
  key,
  status: 'active',
  ...change,
})

/** Of the numbers that a register under test gives out. */
export const freshKey = new Uint8Array(32).fill(7)

let nonces = 0
/**
 * A tap of the card, as its operator reports it: to a number that was given out for it then.
 * @param given another, or `null` for none
 */
export function tap(shown: Card, change: Partial<Sighting> = {}, given?: string | null): Sighting {
  const { station = 'STATION-1', operator = 'A', at = night, ...rest } = change
  const nonce = String(++nonces).padStart(22, 'A')
  const fresh =
    given === undefined ? issueFreshNumber({ operator, station }, at, freshKey, crypto) : given
  const challenge = { station, at, nonce, purpose: 'charge', ...(fresh && { fresh }) } as const
  const read = readCard(shown, challenge, crypto)
  if (!read.ok) throw new Error(read.reason)
  const proof: DriverProof | undefined = read.value.proof
  return { uid, station, operator, at, ...(proof && { proof }), ...rest }
}
