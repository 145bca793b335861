import { nodeCrypto as crypto } from '@interlock/host'
import { seeded, utf8, type Eui64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { at, feeder, mask, runRound, smallRules, stationAt, unmask } from './feeder.fixture.ts'
import { feederRound } from './feeder-round.ts'
import { derivedWords, pairKeys, type KeyHolder } from './mask-words.ts'
import { maskReading, newStationRounds } from './masked-reading.ts'
import { cellMin, presentMin, roster, type Roster } from './roster.ts'

test('10,000 rounds give the exact sum, whoever of up to two in five is missing', () => {
  const street = feeder(5)
  const entropy = seeded('sums')
  let wrong = 0
  for (let block = 0; block < 1_000; block++) {
    const missing = new Set([entropy.below(5), entropy.below(5)].slice(0, entropy.below(3)))
    for (let within = 0; within < 10; within++) {
      const readings = street.stations.map((_, at) =>
        missing.has(at) ? undefined : BigInt(entropy.below(2_000_001) - 1_000_000),
      )
      // Blocks stand two windows apart, so that each may have its own set.
      const { open } = runRound(street, block * 20 + within, readings)
      const expected = readings.reduce<bigint>((sum, each) => sum + (each ?? 0n), 0n)
      const sum = open.sum()
      if (!sum.ok || sum.value !== expected) wrong++
    }
  }
  expect(wrong).toBe(0)
})

test('masks of keys that were agreed between stations cancel too', () => {
  const made = [0, 1, 2].map((at): KeyHolder & { secret: Uint8Array } => ({
    station: stationAt(at),
    key: crypto.generateKey().key,
    secret: utf8(`secret ${at}`),
  }))
  const members = made.map((each) => each.station)
  const keyOf = (station: Eui64) => made.find((each) => each.station === station)?.key.publicKey
  const wordsIn = (changed: Partial<Roster>) =>
    made.map((own) => {
      const group = { feeder: 'north/7', version: 1, members, ...changed }
      return derivedWords(pairKeys(own, own.secret, group, keyOf, crypto), crypto)
    })
  const [one, two] = wordsIn({})
  const [first, second] = members as [Eui64, Eui64]
  const shared = one?.(second, 'mask', 4)
  expect(two?.(first, 'mask', 4)).toBe(shared)
  const others = [
    one?.(first, 'mask', 4),
    one?.(second, 'mask', 5),
    one?.(second, 'audit', 4),
    wordsIn({ version: 2 })[0]?.(second, 'mask', 4),
    wordsIn({ feeder: 'north/8' })[0]?.(second, 'mask', 4),
  ]
  expect(new Set([shared, ...others])).toHaveProperty('size', 6)
  const lone = pairKeys(
    made[0] as KeyHolder,
    utf8('x'),
    { feeder: 'a', version: 0, members },
    () => undefined,
    crypto,
  )
  expect(() => derivedWords(lone, crypto)(second, 'mask', 1)).toThrow(second)
})

test('too many are missing, and the round has no sum', () => {
  const street = feeder(5)
  const { open, closing } = runRound(street, 1, [1n, 2n, undefined, undefined, undefined])
  expect(closing).toBeUndefined()
  expect(open.close()).toMatchObject({ reason: 'GroupTooSmall' })
  expect(open.sum()).toMatchObject({ reason: 'RoundOpen' })
})

test('one sends a reading and then nothing more: the round has no sum, the next has one', () => {
  const street = feeder(5)
  const open = feederRound(1, street.roster, street.rules, [])
  for (const station of street.stations) open.reading(mask(station, 1, 7n))
  const closed = open.close()
  if (!closed.ok) throw new Error(closed.reason)
  for (const station of street.stations.slice(1)) {
    const step = unmask(station, closed.value.closing)
    if (step.ok) open.unmasking(step.value.message)
  }
  expect(open.sum()).toEqual({ ok: false, reason: 'UnmaskingMissing', detail: stationAt(0) })
  street.history = closed.value.history
  expect(runRound(street, 2, [1n, 1n, 1n, 1n, 1n]).open.sum()).toEqual({ ok: true, value: 5n })
})

test('a missing station takes others with it while sums with it could be subtracted', () => {
  const street = feeder(7)
  runRound(street, 1, [1n, 2n, 3n, 4n, 5n, 6n, 7n])
  const next = runRound(street, 2, [undefined, 2n, 3n, 4n, 5n, 6n, 7n])
  // The last of those present hides the one that is missing.
  expect(next.closing?.present).toEqual([1, 2, 3, 4, 5].map(stationAt))
  expect(next.open.sum()).toEqual({ ok: true, value: 20n })
  const later = runRound(street, 31, [undefined, 2n, 3n, 4n, 5n, 6n, 7n])
  expect(later.open.sum()).toEqual({ ok: true, value: 27n })
})

test('each message that is out of place is refused by name', () => {
  const street = feeder(5)
  const [first, second] = street.stations
  if (first === undefined || second === undefined) throw new Error('a feeder of five')
  const open = feederRound(1, street.roster, street.rules, [])
  const message = mask(first, 1, 1n)
  expect(open.reading({ ...message, round: 2 })).toMatchObject({ reason: 'RoundOther' })
  expect(open.reading({ ...message, station: stationAt(99) })).toMatchObject({
    reason: 'NotInRoster',
  })
  expect(open.reading(message)).toMatchObject({ ok: true })
  expect(open.reading(message)).toMatchObject({ reason: 'Repeated' })
  expect(open.unmasking(message)).toMatchObject({ reason: 'RoundOpen' })
  for (const station of street.stations.slice(1, 4)) open.reading(mask(station, 1, 1n))
  const closed = open.close()
  if (!closed.ok) throw new Error(closed.reason)
  expect(open.close()).toMatchObject({ reason: 'RoundClosed' })
  expect(open.unmasking({ ...message, round: 3 })).toMatchObject({ reason: 'RoundOther' })
  expect(open.unmasking({ ...message, station: stationAt(4) })).toMatchObject({
    reason: 'NotPresent',
  })
  expect(open.unmasking(message)).toMatchObject({ ok: true })
  expect(open.unmasking(message)).toMatchObject({ reason: 'Repeated' })
  expect(unmask(second, { ...closed.value.closing, round: 2 })).toMatchObject({
    reason: 'RoundNotOpen',
  })
  const without = closed.value.closing.present.filter((each) => each !== second.station)
  expect(unmask(second, { ...closed.value.closing, present: without })).toMatchObject({
    reason: 'NotPresent',
  })
  const stranger = [...closed.value.closing.present, stationAt(99)]
  expect(unmask(second, { ...closed.value.closing, present: stranger })).toMatchObject({
    reason: 'SetMalformed',
  })
})

test.each([
  [{ members: [0, 1, 1] }, 'RosterMalformed'],
  [{ members: [1, 0, 2] }, 'RosterMalformed'],
  [{ members: [0, 1, 2], feeder: '' }, 'RosterMalformed'],
  [{ members: [0, 1, 2], version: -1 }, 'RosterMalformed'],
  [{ members: [0] }, 'RosterTooSmall'],
  [{ members: Array.from({ length: 1_001 }, (_, at) => at) }, 'RosterTooLarge'],
])('%# a roster that is none: %s', ({ members, ...changed }, reason) => {
  const given = { feeder: 'north/7', version: 1, ...changed, members: members.map(stationAt) }
  expect(roster(given, smallRules)).toMatchObject({ reason })
})

test('a sum that might not fit, and a reading that is too great, are refused', () => {
  const given = { feeder: 'a', version: 1, members: [0, 1].map(stationAt) }
  const rules = { ...smallRules, readingMax: 1n << 62n }
  expect(roster(given, rules)).toMatchObject({ reason: 'SumOverflows' })
  const [station] = feeder(3).stations
  if (station === undefined) throw new Error('a feeder of three')
  for (const reading of [1_000_001n, -1_000_001n])
    expect(maskReading(station, newStationRounds(1), at(1), reading)).toMatchObject({
      reason: 'ReadingOutOfRange',
    })
})

test.each([1n, -1n])(
  'a sum beyond what any readings come to is none, on either side (%s)',
  (sign) => {
    const street = feeder(5)
    const sumOf = (each: bigint) =>
      runRound(
        street,
        0,
        street.stations.map(() => sign * each),
      ).open.sum()
    expect(sumOf(smallRules.readingMax)).toMatchObject({ ok: true })
    const members = street.roster.members
    const round = feederRound(0, street.roster, smallRules, [])
    for (const station of members) round.reading({ station, round: 0, value: 0n })
    expect(round.close().ok).toBe(true)
    for (const station of members)
      round.unmasking({ station, round: 0, value: sign * (smallRules.readingMax + 1n) })
    expect(round.sum()).toMatchObject({ ok: false, reason: 'SumImplausible' })
  },
)

test('any two sums have an honest station in common, whoever conspires', () => {
  const rules = { honestMin: 3, coalitionMax: 2 }
  for (const members of [5, 8, 9, 40]) {
    const least = presentMin(members, rules)
    // Of two such sets so many are in both, of which the coalition may be some.
    expect(2 * least - members, `${members}`).toBeGreaterThan(rules.coalitionMax)
    expect(least).toBeGreaterThanOrEqual(cellMin(rules))
  }
})
