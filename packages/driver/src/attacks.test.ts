import { instant } from '@interlock/kernel'
import { describe, expect, test } from 'vitest'
import { counterFrom, plainCard } from './card.ts'
import {
  aliceCard,
  challenge,
  crypto,
  forgedCard,
  night,
  statement,
  station,
  uidBytes,
} from './cards.fixture.ts'
import { checkFreshNumber, issueFreshNumber } from './fresh-number.ts'
import { identify, type Shown } from './identify.ts'
import type { KeyStatement } from './key-statement.ts'
import type { Expected } from './proof.ts'
import { readCard } from './read-card.ts'

const expected: Expected = { station, at: night, purpose: 'charge' }

const shownBy = (card: Parameters<typeof readCard>[0], asked = challenge()): Shown => {
  const read = readCard(card, asked, crypto)
  if (!read.ok) throw new Error(read.reason)
  return read.value
}
const outcome = (
  shown: Shown,
  {
    known = statement(),
    at = expected,
    last,
  }: {
    readonly known?: KeyStatement
    readonly at?: Expected
    readonly last?: number | undefined
  } = {},
): string => {
  const result = identify(shown, known, at, last, crypto)
  return result.ok ? result.value.strength : result.reason
}

/** Each attack with its control, and without it. */
describe('attacks on a driver’s identity', () => {
  test('a copied number is refused where the register has a key, and charges where it has none', () => {
    const copied = shownBy(plainCard(uidBytes))
    expect(outcome(copied)).toBe('ProofMissing')
    expect(outcome(copied, { known: statement({ key: null }) })).toBe('HEARSAY')
  })

  test('a card with the number and a key of its own fails; a reader that asks the card for the key is fooled', () => {
    const read = readCard(forgedCard(), challenge(), crypto)
    if (!read.ok) throw new Error(read.reason)
    expect(outcome(read.value)).toBe('ProofInvalid')
    const told = Buffer.from(read.value.spki ?? []).toString('base64')
    expect(outcome(read.value, { known: statement({ key: told }) })).toBe('VERIFIED')
  })

  test('a replayed response fails by the counter, and passes where nobody counts', () => {
    const seen = shownBy(aliceCard())
    expect(outcome(seen)).toBe('VERIFIED')
    expect(outcome(seen, { last: seen.proof?.counter })).toBe('ProofReplayed')
    expect(outcome(seen, { last: undefined })).toBe('VERIFIED')
  })

  test('a response that was kept for later fails by its time, and passes where the clock is not asked', () => {
    const kept = shownBy(aliceCard())
    const later = instant(night + 3_600_000)
    expect(outcome(kept, { at: { ...expected, at: later } })).toBe('ProofStale')
    expect(outcome(kept, { at: { ...expected, at: kept.proof?.challenge.at ?? later } })).toBe(
      'VERIFIED',
    )
  })

  test('a response dated ahead passes by its time in that very minute; by the register’s number in it it is old, or none', () => {
    const numbers = new Uint8Array(32).fill(7)
    const reader = { operator: 'A', station }
    const then = instant(night + 3_600_000)
    const fresh = issueFreshNumber(reader, night, numbers, crypto)
    const kept = shownBy(aliceCard(), challenge({ at: then, fresh }))
    // What alone was asked for before: where and when.
    expect(outcome(kept, { at: { ...expected, at: then } })).toBe('VERIFIED')
    expect(checkFreshNumber(fresh, reader, then, numbers, crypto)).toMatchObject({
      reason: 'FreshNumberOld',
    })
    expect(checkFreshNumber(fresh, reader, night, numbers, crypto).ok).toBe(true)
    // Another number in its place is another challenge.
    const later = issueFreshNumber(reader, then, numbers, crypto)
    const moved = { ...kept.proof?.challenge, fresh: later } as ReturnType<typeof challenge>
    const forged = { uid: kept.uid, proof: { ...kept.proof, challenge: moved } } as Shown
    expect(outcome(forged, { at: { ...expected, at: then } })).toBe('ProofInvalid')
  })

  test('a response fetched by a rogue reader fails at another charger, and passes where no station is bound in', () => {
    const fetched = shownBy(aliceCard(), challenge({ station: 'ROGUE' }))
    expect(outcome(fetched)).toBe('ProofElsewhere')
    const moved = { ...fetched.proof?.challenge, station } as ReturnType<typeof challenge>
    const forged = { uid: fetched.uid, proof: { ...fetched.proof, challenge: moved } } as Shown
    expect(outcome(forged)).toBe('ProofInvalid')
    expect(outcome(fetched, { at: { ...expected, station: 'ROGUE' } })).toBe('VERIFIED')
  })

  test('a tap for charging agrees to nothing, and would where the purpose is not bound in', () => {
    const tapped = shownBy(aliceCard())
    const agreement: Expected = { ...expected, purpose: 'agree:digest' }
    expect(outcome(tapped, { at: agreement })).toBe('ProofForOther')
    expect(outcome(tapped, { at: expected })).toBe('VERIFIED')
  })

  test('a clone that took the key but not the later count is found, and passes where nobody counts', () => {
    const before = counterFrom(3)
    const clone = aliceCard(before)
    const original = shownBy(aliceCard(counterFrom(7)))
    const cloned = shownBy(clone)
    expect(outcome(cloned, { last: original.proof?.counter })).toBe('ProofReplayed')
    expect(outcome(cloned)).toBe('VERIFIED')
  })

  test('a challenge that is relayed to the true card while it lasts is not stopped', () => {
    // Whoever stands beside the driver with a second reader has the card for as long as it answers.
    expect(outcome(shownBy({ uid: uidBytes, transmit: (bytes) => relay.transmit(bytes) }))).toBe(
      'VERIFIED',
    )
  })
})

const relay = aliceCard()
