import { nodeCrypto as crypto } from '@interlock/host'
import { fromHex, instant, seeded, toBase64, toBase64Url, type Entropy } from '@interlock/kernel'
import { counterFrom, createCard, type Card, type CardCounter } from './card.ts'
import { freshNonce, type Challenge } from './challenge.ts'
import { signKeyStatement, type KeyStatement } from './key-statement.ts'

export { crypto }
export const night = instant(Date.parse('2026-01-12T20:00:00Z'))
export const station = 'STATION-1'
export const uidBytes = fromHex('04A1B2C3D4E5F6') ?? new Uint8Array()
export const contractId = 'GBINTC0012345X'
export const register = crypto.ephemeralKey()

const cardKey = crypto.ephemeralKey()

/** Alice's card; with `counter` it goes on from another. */
export const aliceCard = (counter: CardCounter = counterFrom(0)): Card =>
  createCard({ uid: uidBytes, contractId, key: cardKey }, counter, crypto)

/** Somebody's card that says Alice's number and contract, with a key of its own. */
export const forgedCard = (): Card =>
  createCard({ uid: uidBytes, contractId, key: crypto.ephemeralKey() }, counterFrom(0), crypto)

export const statement = (change: Partial<KeyStatement> = {}): KeyStatement => ({
  uid: '04A1B2C3D4E5F6',
  contractId,
  issuer: 'GB*INT',
  status: 'active',
  key: toBase64(cardKey.publicKey.spki),
  statedAt: night - 3_600_000,
  until: night + 86_400_000,
  ...change,
})
export const signed = (change: Partial<KeyStatement> = {}) =>
  signKeyStatement(statement(change), register, crypto)

const entropy: Entropy = seeded('reader')
export const challenge = (change: Partial<Challenge> = {}): Challenge => ({
  station,
  at: night,
  nonce: toBase64Url(freshNonce(entropy)),
  purpose: 'charge',
  ...change,
})
