import {
  counterFrom,
  issueFreshNumber,
  keyOf,
  verifyProof,
  type CardCounter,
  type DriverProof,
} from '@interlock/driver'
import {
  concat,
  fromBase64Url,
  fromHex,
  instant,
  toBase64Url,
  toHex,
  toIso,
} from '@interlock/kernel'
import { describe, expect, test } from 'vitest'
import {
  card,
  crypto,
  freshKey,
  key,
  minutes,
  night,
  otherCardKey,
  otherKey,
  ours,
  plain,
  registered,
  tap,
  token,
  uid,
} from './cards.fixture.ts'
import { journalOf, open, see, withToken } from './register.fixture.ts'
import type { Register } from './register.ts'
import type { Sighting } from './sighting.ts'

const proofOf = ({ proof }: Sighting): DriverProof => {
  if (proof === undefined) throw new Error('no response')
  return proof
}
const seconds = (count: number) => instant(night + count * 1_000)
const ends = (register: Register, operator = 'A'): void =>
  register.end(uid, { operator, station: 'STATION-1' })
/** A counter that somebody has sent on. */
const sentOn = (counter: CardCounter, count: number): CardCounter => {
  for (let done = 0; done < count; done++) counter.raise()
  return counter
}

const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
/** (r, n − s) of (r, s), which whoever has one can make without the key. */
function otherForm(signature: string): string {
  const bytes = fromBase64Url(signature) ?? new Uint8Array()
  const rest = order - BigInt(`0x${toHex(bytes.slice(32))}`)
  const s = fromHex(rest.toString(16).padStart(64, '0')) ?? new Uint8Array()
  return toBase64Url(concat(bytes.slice(0, 32), s))
}

describe('attack: one operator, that has had the card once, accuses it of a clone', () => {
  test('by the same response with its signature in the other form: it is told again, or a replay', () => {
    const { register, kinds } = withToken()
    const once = tap(card())
    const proof = proofOf(once)
    const again = { ...once, proof: { ...proof, signature: otherForm(proof.signature) } }
    expect(see(register, once)).toBe('VERIFIED')
    expect(see(register, { ...again, at: minutes(1) })).toBe('VERIFIED')
    expect(kinds()).toEqual([])
    expect(see(register, { ...again, operator: 'B' })).toBe('ProofReplayed')
    expect(kinds()).toEqual(['ReplayedResponse'])
  })

  test('a signature in its other form verifies: told apart by it, one response would be two of one count', () => {
    const proof = proofOf(tap(card(), {}, null))
    const signature = otherForm(proof.signature)
    const publicKey = keyOf({ key }, crypto)
    if (publicKey === undefined) throw new Error('no key')
    const expected = { station: 'STATION-1', at: night, purpose: 'charge' } as const
    expect(signature).not.toBe(proof.signature)
    expect(verifyProof({ ...proof, signature }, publicKey, expected, crypto).ok).toBe(true)
  })

  test.each([
    ['back three hours, told late', minutes(-180), true],
    ['back a moment, told late', minutes(-2), true],
    ['ahead for a minute, told late', minutes(1), true],
    ['for now', night, undefined],
  ])('by a second response at the same tap, dated %s', (_, at, isLate) => {
    const { register, found } = withToken()
    const mine = card()
    const late = isLate && { isLate }
    const [first, second] = [tap(mine), tap(mine, { at, ...late }, null)]
    expect(see(register, first)).toBe('VERIFIED')
    expect(see(register, second, night)).toBe('HEARSAY')
    ends(register)
    expect(see(register, tap(mine, { operator: 'B', at: minutes(5) }))).toBe('VERIFIED')
    expect(found).toEqual([])
  })

  test('by one that was dated ahead and kept until the card was used elsewhere: that one is refused, and the card charges', () => {
    const { register, found } = withToken()
    const mine = card()
    expect(see(register, tap(mine))).toBe('VERIFIED')
    const kept = tap(mine, { at: minutes(10) }, null)
    ends(register)
    expect(see(register, tap(mine, { operator: 'B', at: minutes(5) }))).toBe('VERIFIED')
    expect(see(register, kept)).toBe('ProofReplayed')
    expect(found).toMatchObject([
      { kind: 'CountOutOfOrder', operator: 'A', detail: 'count 2, after 3' },
    ])
    ends(register, 'B')
    expect(see(register, tap(mine, { operator: 'B', at: minutes(15) }))).toBe('VERIFIED')
  })

  test('by responses that it makes up for a number without a key: no key is asked, and nothing proves where it charges', () => {
    const { register, kinds } = withToken({ key: null })
    const made = (nonce: string): Sighting => {
      const sighting = tap(card(), { operator: 'B' })
      const proof = proofOf(sighting)
      return { ...sighting, proof: { ...proof, challenge: { ...proof.challenge, nonce } } }
    }
    expect(see(register, made('A'.repeat(22)))).toBe('HEARSAY')
    expect(see(register, made('B'.repeat(22)))).toBe('HEARSAY')
    expect(kinds()).toEqual([])
    expect(see(register, tap(plain(), { at: minutes(1) }))).toBe('HEARSAY')
    expect(kinds()).toEqual(['OperatorsDiffer', 'OperatorsDiffer'])
  })
})

describe('an honest card is accused by nobody', () => {
  test('whose taps an offline charger with a slow clock, or one with a fast clock, tells late', () => {
    const { register, found } = withToken()
    const mine = card()
    const told = (shown: Sighting) => see(register, { ...shown, isLate: true }, minutes(60))
    expect(see(register, tap(mine, { at: minutes(-1) }))).toBe('VERIFIED')
    const slow = tap(mine, { station: 'SLOW', at: minutes(-3) }, null)
    const fast = tap(mine, { station: 'FAST', at: minutes(4) }, null)
    ends(register)
    expect(see(register, tap(mine, { at: minutes(5) }))).toBe('VERIFIED')
    expect([told(fast), told(slow)]).toEqual(['HEARSAY', 'HEARSAY'])
    ends(register)
    expect(see(register, tap(mine, { at: minutes(70) }))).toBe('VERIFIED')
    expect(found).toEqual([])
  })

  test('that is tapped at two readers within a minute, of which the second tells sooner', () => {
    const { register, found } = withToken()
    const mine = card()
    const [first, second] = [tap(mine, { at: night }), tap(mine, { at: seconds(5) })]
    expect(see(register, second, seconds(6))).toBe('VERIFIED')
    expect(see(register, first, seconds(50))).toBe('VERIFIED')
    expect(found).toEqual([])
  })

  test('whose number has another key by now, and counts from one', () => {
    const { register, found } = withToken()
    expect(see(register, tap(card()))).toBe('VERIFIED')
    const old = { ...token(), last_updated: toIso(minutes(1)) }
    register.put(ours, registered({ token: old, key: otherKey }), minutes(1))
    ends(register)
    expect(see(register, tap(card(counterFrom(0), otherCardKey), { at: minutes(2) }))).toBe(
      'VERIFIED',
    )
    expect(found).toEqual([])
  })
})

describe('a clone is found by what the key itself has signed', () => {
  test('one count for two challenges: at another operator, and told late', () => {
    const cases: readonly Partial<Sighting>[] = [
      { operator: 'B', at: minutes(30) },
      { operator: 'B', at: minutes(-30), isLate: true },
    ]
    for (const change of cases) {
      const { register, found } = withToken()
      const [mine, clone] = [card(counterFrom(7)), card(counterFrom(7))]
      expect(see(register, tap(mine))).toBe('VERIFIED')
      expect(see(register, tap(clone, change, null), minutes(30))).toBe('ProofReplayed')
      const detail = 'count 8 has answered another challenge, at A STATION-1'
      expect(found).toMatchObject([{ kind: 'ClonedCard', operator: 'B', detail }])
    }
  })

  test('that is ahead: its original is turned away once it comes to the same count, and both are found', () => {
    const { register, kinds } = withToken()
    const [mine, clone] = [card(counterFrom(7)), card(counterFrom(8))]
    expect(see(register, tap(clone))).toBe('VERIFIED')
    ends(register)
    // Not told of: nobody knows of this count.
    tap(mine)
    expect(see(register, tap(mine, { at: minutes(30) }))).toBe('ProofReplayed')
    expect(kinds()).toEqual(['ClonedCard'])
  })

  /** The clone's count was sent on, so that the two never come to the same. */
  const farAhead = () => {
    const opened = withToken()
    expect(see(opened.register, tap(card(sentOn(counterFrom(7), 500))))).toBe('VERIFIED')
    ends(opened.register)
    return { ...opened, mine: card(counterFrom(7)) }
  }
  const numbered = (at: number) =>
    issueFreshNumber({ operator: 'A', station: 'STATION-1' }, instant(at), freshKey, crypto)

  test('a lower count for a number that the register gave out after it was told of the higher', () => {
    const { register, found, mine } = farAhead()
    expect(see(register, tap(mine, { at: minutes(30) }))).toBe('ProofReplayed')
    const detail = 'count 8 is of after count 508, at A STATION-1'
    expect(found).toMatchObject([{ kind: 'ClonedCard', detail }])
  })

  test('without such a number it is a doubt, when it was told late none', () => {
    const { register, kinds, mine } = farAhead()
    const late = tap(mine, { at: minutes(30), isLate: true }, null)
    expect(see(register, late)).toBe('HEARSAY')
    expect(see(register, tap(mine, { at: minutes(40) }, null))).toBe('ProofReplayed')
    expect(kinds()).toEqual(['CountOutOfOrder'])
  })

  test('nor does a number prove it that was given out before, or within a minute of that by a clock that may have been put back', () => {
    const { register, kinds, mine } = farAhead()
    const at = seconds(61)
    expect(see(register, tap(mine, { at }, numbered(seconds(60))), at)).toBe('ProofReplayed')
    expect(kinds()).toEqual(['CountOutOfOrder'])
    const next = tap(mine, { at }, numbered(seconds(60) + 1))
    expect(see(register, next, at)).toBe('ProofReplayed')
    expect(kinds()).toEqual(['CountOutOfOrder', 'ClonedCard'])
  })

  test('after a restart of the register too', () => {
    const journal = journalOf()
    const before = withToken({}, journal)
    expect(see(before.register, tap(card(counterFrom(7))))).toBe('VERIFIED')
    const after = open(journal, minutes(1), new Uint8Array(32).fill(8))
    expect(see(after.register, tap(card(counterFrom(7)), { at: minutes(5) }, null))).toBe(
      'ProofReplayed',
    )
    expect(after.kinds()).toEqual(['ClonedCard'])
  })

  test('what an earlier release remembers of responses, without what they answered, accuses nobody', () => {
    const journal = journalOf()
    const seen = [{ counter: 1, signature: 'x', station: 'STATION-1', operator: 'A', at: night }]
    journal.append({ token: registered() })
    journal.append({ uid, trace: { seen } })
    const { register, found } = open(journal)
    expect(see(register, tap(card()))).toBe('VERIFIED')
    expect(found).toEqual([])
  })
})
