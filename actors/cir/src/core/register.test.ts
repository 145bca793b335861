import { counterFrom, keyOf, openKeyStatement } from '@interlock/driver'
import { inMinutes, instant, plus, toIso, type Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { describe, expect, test } from 'vitest'
import {
  card,
  crypto,
  edinburgh,
  forged,
  freshKey,
  key,
  london,
  minutes,
  night,
  otherKey,
  ours,
  plain,
  registered,
  tap,
  theirs,
  token,
  uid,
} from './cards.fixture.ts'
import { findingKinds } from './findings.ts'
import type { Register } from './register.ts'
import { journalOf, open, registerKey, see, withToken } from './register.fixture.ts'
import { endUse, judgeSighting, noFailures, sightingRules, type Sighting } from './sighting.ts'

describe('who may put in what', () => {
  const put = (register: Register, change: object, writer = ours): string => {
    const outcome = register.put(writer, registered(change), night)
    return outcome.ok ? outcome.value.status : outcome.reason
  }
  const later = { last_updated: toIso(minutes(1)) }

  test('an issuer its own tokens alone', () => {
    const { register } = withToken()
    expect(put(register, {}, theirs)).toBe('OwnerOther')
    expect(put(register, { token: token({ ...theirs, ...later }), key: otherKey }, theirs)).toBe(
      'UidTaken',
    )
    expect(put(register, { status: 'suspended', token: token(later) })).toBe('suspended')
    expect(put(register, {})).toBe('ObjectOlder')
  })

  test('a key belongs to one token, and is one', () => {
    const { register } = withToken()
    expect(put(register, { token: token({ uid: '04FFFFFF' }) })).toBe('KeyTaken')
    expect(put(register, { token: token({ uid: '04FFFFFF' }), key: 'AAAA' })).toBe('KeyUnreadable')
    expect(put(register, { token: token({ uid: 'not hex' }), key: null })).toBe('TokenInvalid')
    // Its key changed: the former one is free.
    expect(put(register, { token: token(later), key: otherKey })).toBe('active')
    expect(put(register, { token: token({ uid: '04FFFFFF' }) })).toBe('active')
  })

  test('a lost token is lost for good', () => {
    const { register } = withToken({ status: 'lost' })
    expect(put(register, { token: token(later) })).toBe('LostForGood')
    expect(put(register, { token: token(later), status: 'lost' })).toBe('lost')
  })
})

describe('what the register says to a charger', () => {
  test('is signed, of today, and ends with the token', () => {
    const { register } = withToken({ expiresAt: minutes(10) })
    const statement = register.statement(uid, night)
    if (statement === undefined) throw new Error('none')
    const opened = openKeyStatement(statement, registerKey.publicKey, night, crypto)
    expect(opened).toMatchObject({
      ok: true,
      value: { uid, issuer: 'GB*INT', status: 'active', key, until: minutes(10) },
    })
    expect(keyOf(statement.statement, crypto)).toBeDefined()
    expect(register.statement(uid, minutes(11))?.statement.status).toBe('expired')
    expect(register.statement('04FFFFFF', night)).toBeUndefined()
  })

  test('a token that OCPI calls invalid is suspended', () => {
    const { register } = withToken({ token: token({ valid: false }) })
    expect(register.statement(uid, night)?.statement.status).toBe('suspended')
    expect(see(register, tap(card()))).toBe('TokenSuspended')
  })
})

describe('what is found', () => {
  test('nothing, of a card that is used as cards are, reported twice and out of order', () => {
    const { register, found } = withToken()
    const mine = card()
    const first = tap(mine, { at: night, station: 'OFFLINE', place: london })
    const second = tap(mine, { at: minutes(60), place: london })
    expect(see(register, second)).toBe('VERIFIED')
    expect(see(register, second)).toBe('VERIFIED')
    // Of what is told late nobody but the station knows when it was.
    expect(see(register, { ...first, isLate: true }, minutes(90))).toBe('HEARSAY')
    register.end(uid, { operator: 'A', station: 'STATION-1' })
    expect(see(register, tap(mine, { at: minutes(600), place: edinburgh }))).toBe('VERIFIED')
    expect(found).toEqual([])
  })

  test('a clone that took an older count', () => {
    const { register, kinds } = withToken()
    const [mine, clone] = [card(counterFrom(7)), card(counterFrom(3))]
    expect(see(register, tap(mine))).toBe('VERIFIED')
    expect(see(register, tap(clone, { at: minutes(30) }))).toBe('ProofReplayed')
    expect(kinds()).toEqual(['ClonedCard'])
  })

  test('two responses with one count', () => {
    const { register, kinds } = withToken()
    expect(see(register, tap(card(counterFrom(7))))).toBe('VERIFIED')
    const other = tap(card(counterFrom(7)))
    expect(see(register, other)).toBe('ProofReplayed')
    expect(kinds()).toEqual(['ClonedCard'])
  })

  test('a response played again later, or elsewhere', () => {
    const { register, kinds } = withToken()
    const once = tap(card())
    expect(see(register, once)).toBe('VERIFIED')
    expect(see(register, { ...once, at: minutes(20) })).toBe('FreshNumberOld')
    expect(see(register, { ...once, station: 'STATION-2' })).toBe('ProofElsewhere')
    // A station of another operator may well have that name.
    expect(see(register, { ...once, operator: 'B' })).toBe('ProofReplayed')
    register.end(uid, once)
    expect(see(register, { ...once, operator: 'B' }, minutes(120))).toBe('ProofReplayed')
    expect(kinds()).toEqual(Array.from({ length: 4 }, () => 'ReplayedResponse'))
    expect(see(register, once)).toBe('VERIFIED')
  })

  test('attack: a response that was kept is fresh for nobody, but told again by who told it in time', () => {
    const { register } = withToken()
    const mine = card()
    const [kept, told] = [tap(mine), tap(mine)]
    expect(see(register, { ...kept, at: minutes(2) })).toBe('FreshNumberOld')
    expect(see(register, told)).toBe('VERIFIED')
    // The vehicle was plugged in after the tap.
    expect(see(register, { ...told, at: minutes(10) })).toBe('VERIFIED')
    // What was told late was never seen fresh, and becomes no more by being told again.
    expect(see(register, { ...kept, isLate: true }, minutes(11))).toBe('HEARSAY')
    expect(see(register, { ...kept, at: minutes(11) })).toBe('FreshNumberOld')
  })

  test('a number without its key, and a key that is another', () => {
    const { register, kinds } = withToken()
    expect(see(register, tap(plain()))).toBe('ProofMissing')
    expect(see(register, tap(forged()))).toBe('ProofInvalid')
    expect(kinds()).toEqual(['CopiedNumber', 'ForgedKey'])
  })

  test('one number in two places, faster than anybody travels', () => {
    const { register, found } = withToken({ key: null })
    const shown = (at: number, place: typeof london, station: string) =>
      see(register, tap(plain(), { at: instant(at), place, station }))
    expect(shown(night, london, 'A')).toBe('HEARSAY')
    register.end(uid, { operator: 'A', station: 'A' })
    expect(shown(minutes(60), edinburgh, 'B')).toBe('TokenElsewhere')
    expect(found).toMatchObject([{ kind: 'ImpossibleTravel', issuer: 'GB*INT', station: 'B' }])
    expect(shown(minutes(180), edinburgh, 'B')).toBe('HEARSAY')
  })

  test('one number that charges twice; the charge that runs is not touched', () => {
    const { register, kinds } = withToken({ key: null })
    expect(see(register, tap(plain()))).toBe('HEARSAY')
    const elsewhere = tap(plain(), { station: 'STATION-2', at: minutes(5) })
    expect(see(register, elsewhere)).toBe('TokenElsewhere')
    expect(kinds()).toEqual(['ConcurrentUse'])
    // A station of the same name of another operator ends nothing.
    register.end(uid, { operator: 'B', station: 'STATION-1' })
    expect(see(register, elsewhere)).toBe('TokenElsewhere')
    register.end(uid, { operator: 'A', station: 'STATION-1' })
    expect(see(register, elsewhere)).toBe('HEARSAY')
  })

  test.each([30, 47 * 60])(
    'one operator reports a number that it never saw: the driver of another charges after %i min, and both are found',
    (after) => {
      const { register, found } = withToken({ key: null })
      const invented = { uid, station: 'NOWHERE', operator: 'B', at: night, place: edinburgh }
      expect(see(register, invented)).toBe('HEARSAY')
      const real = { station: 'REAL', at: minutes(after), place: london }
      expect(see(register, tap(plain(), real))).toBe('HEARSAY')
      const kind = 'OperatorsDiffer'
      expect(found).toMatchObject([
        { kind, operator: 'A', station: 'REAL', issuer: 'GB*INT' },
        { kind, operator: 'B', station: 'NOWHERE', issuer: 'GB*INT' },
      ])
      // At one operator two of one number are no dispute between two.
      const copy = { station: 'STATION-2', at: minutes(after + 1), place: london }
      expect(see(register, tap(plain(), copy))).toBe('TokenElsewhere')
    },
  )

  test.each([
    ['B', 'VERIFIED', ['OperatorsDiffer', 'OperatorsDiffer']],
    ['A', 'TokenElsewhere', ['ImpossibleTravel']],
  ])(
    'a key proves no place: %s says that its station is far away, and A has the card next',
    (operator, said, kinds) => {
      const opened = withToken()
      const mine = card()
      const far = { operator, station: 'FAR', place: edinburgh }
      expect(see(opened.register, tap(mine, far))).toBe('VERIFIED')
      opened.register.end(uid, far)
      const next = { operator: 'A', station: 'HERE', at: minutes(60), place: london }
      expect(see(opened.register, tap(mine, next))).toBe(said)
      expect(opened.kinds()).toEqual(kinds)
    },
  )

  test('a key proves where the card charges, whoever asks', () => {
    const { register, kinds } = withToken()
    const mine = card()
    expect(see(register, tap(mine))).toBe('VERIFIED')
    expect(see(register, tap(mine, { operator: 'B', at: minutes(5) }))).toBe('TokenElsewhere')
    expect(kinds()).toEqual(['ConcurrentUse'])
  })

  test('guesses at a token: it is locked at that operator for a while, and nowhere else', () => {
    const { register, kinds } = withToken()
    const max = sightingRules.tokenFailuresMax
    for (let count = 0; count < max; count++)
      expect(see(register, tap(forged(), { station: `S-${count}` }), night)).toBe('ProofInvalid')
    const mine = card()
    expect(see(register, tap(mine), night)).toBe('TokenLocked')
    expect(see(register, tap(mine, { operator: 'B' }), night)).toBe('VERIFIED')
    register.end(uid, { operator: 'B', station: 'STATION-1' })
    expect(see(register, tap(mine, { at: minutes(15) }))).toBe('VERIFIED')
    expect(kinds().filter((kind) => kind === 'TokenGuessed')).toHaveLength(1)
  })

  test('attack: a party that asks through the numbers is told no key for a while, and it is found', () => {
    const { register, found } = withToken()
    const max = sightingRules.askedUnknownMax
    const ask = (number: string, party = 'A', at = night): unknown => {
      const told = register.ask(number, party, at)
      return told.ok ? told.value?.statement.uid : told.reason
    }
    for (let count = 0; count < max; count++) expect(ask(uid)).toBe(uid)
    for (let count = 0; count < max; count++) expect(ask(`040000${count}`)).toBeUndefined()
    expect(ask(uid)).toBe('PartyLocked')
    expect(ask(uid, 'B')).toBe(uid)
    expect(ask(uid, 'A', minutes(15))).toBe(uid)
    expect(found).toMatchObject([{ kind: 'PartyGuessed', operator: 'A', station: '' }])
  })

  test('guesses at numbers: the reader is locked for a while', () => {
    const { register, kinds } = withToken()
    const guess = (count: number): Sighting => ({
      ...tap(plain()),
      uid: `04${count.toString(16).toUpperCase().padStart(6, '0')}`,
    })
    for (let count = 0; count < sightingRules.readerFailuresMax; count++)
      expect(see(register, guess(count), night)).toBe('TokenUnknown')
    expect(see(register, tap(card()), night)).toBe('ReaderLocked')
    expect(see(register, tap(card(), { at: minutes(15) }))).toBe('VERIFIED')
    for (let count = 0; count <= sightingRules.readerFailuresMax; count++) {
      const own = { ...guess(count), isOperators: true, station: 'BUSY' }
      expect(see(register, own, night)).toBe('TokenUnknown')
    }
    expect(kinds()).toEqual(['ReaderGuessed'])
  })

  test('each kind says what it means', () => {
    for (const words of Object.values(findingKinds)) expect(words).toMatch(/^[a-z].*[^.]$/)
  })
})

describe('without a control the attack passes', () => {
  const statement = () => withToken().register.statement(uid, night)?.statement
  const judge = (
    sighting: Sighting,
    rules: object,
    trace = {},
    failed = noFailures,
    now = sighting.at,
  ) => {
    const all = { ...sightingRules, ...rules }
    const with_ = { crypto, freshKey }
    const { verdict } = judgeSighting(sighting, statement(), { trace, failed }, now, with_, all)
    return verdict.ok ? verdict.strength : verdict.reason
  }

  test('nobody counts: the clone charges', () => {
    const seen = [{ counter: 8, challenge: 'x', operator: 'A', station: 'S', toldAt: night }]
    const clone = tap(card(counterFrom(3)), { at: minutes(30) })
    expect(judge(clone, {}, { responses: { key, seen } })).toBe('ProofReplayed')
    expect(judge(clone, { skewMillisMax: Infinity }, { responses: { key, seen } })).toBe('VERIFIED')
    expect(judge(clone, {}, { responses: { key, seen: [] } })).toBe('VERIFIED')
  })

  test('nobody looks where else: two charge', () => {
    const inUse = { reader: 'A STATION-2', since: night }
    expect(judge(tap(card()), {}, { inUse })).toBe('TokenElsewhere')
    expect(judge(tap(card()), { useMillisMax: 0 }, { inUse })).toBe('VERIFIED')
    const last = { reader: 'A STATION-2', at: night, place: london }
    const far = tap(card(), { place: edinburgh, at: minutes(60) })
    expect(judge(far, {}, { last })).toBe('TokenElsewhere')
    expect(judge(far, { travelKmPerHourMax: Infinity }, { last })).toBe('VERIFIED')
  })

  test('what is near is one place: two chargers of a site, a moment apart, are no journey', () => {
    const last = { reader: 'A STATION-2', at: night, place: london }
    const north = (km: number) => ({ ...london, latitude: london.latitude + km / 111.2 })
    const next = (km: number) => tap(card(), { place: north(km), at: instant(night + 1_000) })
    expect(judge(next(4.9), {}, { last })).toBe('VERIFIED')
    expect(judge(next(5.1), {}, { last })).toBe('TokenElsewhere')
    expect(judge(next(0.1), { samePlaceKm: 0 }, { last })).toBe('TokenElsewhere')
  })

  test('nobody locks: the next guess is looked at', () => {
    const failed = { token: { count: 5, since: night }, reader: { count: 20, since: night } }
    const guess = tap(forged())
    expect(judge(guess, {}, {}, { ...failed, reader: undefined })).toBe('TokenLocked')
    expect(judge(guess, {}, {}, failed)).toBe('ReaderLocked')
    const none = { tokenFailuresMax: Infinity, readerFailuresMax: Infinity }
    expect(judge(guess, none, {}, failed)).toBe('ProofInvalid')
  })

  test('whatever is older than what is remembered is not taken for new', () => {
    const seen = Array.from({ length: sightingRules.seenMax }, (_, index) => ({
      counter: index + 10,
      challenge: 'x',
      operator: 'A',
      station: 'STATION-1',
      toldAt: minutes(index),
    }))
    const old = tap(card(counterFrom(1)), { at: minutes(-600) })
    expect(judge(old, {}, { responses: { key, seen } })).toBe('ProofReplayed')
    expect(judge(old, {}, { responses: { key, seen: seen.slice(1) } })).toBe('VERIFIED')
  })

  test('a charge ends where it runs', () => {
    const trace = { inUse: { reader: 'A S', since: night } }
    expect(endUse(trace, 'B S')).toBe(trace)
    expect(endUse(trace, 'A S')).toEqual({})
  })
})

test('what the register knows outlives a restart, and a journal written anew', () => {
  const journal = journalOf(6)
  const before = open(journal)
  before.register.put(ours, registered(), night)
  const [mine, clone] = [card(counterFrom(7)), card(counterFrom(3))]
  for (let count = 0; count < 8; count++) see(before.register, tap(mine, { at: minutes(count) }))
  see(before.register, tap(clone, { at: minutes(30) }))
  const after = open(journal)
  expect(after.register.findings(() => true, 0)).toEqual(before.found)
  expect(after.register.list(undefined, undefined)).toEqual([registered()])
  expect(after.register.list(minutes(1), undefined)).toEqual([])
  expect(see(after.register, tap(clone, { at: minutes(40) }))).toBe('ProofReplayed')
  expect(see(after.register, tap(mine, { at: minutes(50) }))).toBe('VERIFIED')
  expect(after.found.map(({ number }) => number)).toEqual([2])
  expect(after.register.findings(() => true, 1)).toEqual(after.found)
  expect(after.register.findings(({ operator }) => operator === 'B', 0)).toEqual([])
  expect(
    after.register.put(ours, registered({ token: token({ uid: '04FFFFFF' }) }), night),
  ).toEqual({ ok: false, reason: 'KeyTaken' })
})

test('a register that has lost its journal, or has an old copy of it, finds above what its readers have passed', () => {
  const [journal, copy] = [journalOf(), journalOf()]
  open(copy).register.put(ours, registered(), night)
  const misuse = (from: Instant, startedAt: Instant, of: Journal): number => {
    const { register } = open(of, startedAt)
    register.put(ours, registered(), night)
    const [mine, clone] = [card(counterFrom(7)), card(counterFrom(3))]
    const after = (count: number): Instant => plus(from, inMinutes(count))
    for (let count = 0; count < 8; count++) see(register, tap(mine, { at: after(count) }))
    see(register, tap(clone, { at: after(30) }))
    return register.findings(() => true, 0).at(-1)?.number ?? 0
  }
  const passed = misuse(night, night, journal)
  expect(passed).toBeGreaterThanOrEqual(night)
  const later = minutes(600)
  for (const kept of [journalOf(), copy]) expect(misuse(later, later, kept)).toBeGreaterThan(passed)
  // Numbered from one again, what is found would be behind every reader.
  expect(misuse(later, instant(0), journalOf())).toBe(1)
})
