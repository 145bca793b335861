import { nodeCrypto as crypto } from '@interlock/host'
import { euiFromBytes, inMinutes, u64, type Eui64 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closingPeers, closingUses, type Closing } from './closing.ts'
import { sameSet, type History } from './differencing.ts'
import {
  feeder,
  mask,
  runRound,
  smallRules,
  stationAt,
  unmask,
  type Feeder,
} from './feeder.fixture.ts'
import { wrap, type Word } from './mask-words.ts'
import type { GroupRules } from './roster.ts'

/** As in force. */
const rules: GroupRules = {
  honestMin: 5,
  coalitionMax: 2,
  roundMillis: inMinutes(1),
  roundsPerWindow: 30,
  readingMax: 1_000_000n,
}
const unbound =
  (word: Word): Word =>
  (peer, use, round) =>
    use.startsWith('closing/') ? 0n : word(peer, use, round)

const street = (change?: (word: Word) => Word) => feeder(64, rules, change)
const readingOf = (station: Eui64): bigint => 3_331n + 17n * BigInt(`0x${station.slice(-2)}`)
const truth = (set: readonly Eui64[]): bigint =>
  set.reduce((sum, each) => sum + readingOf(each), 0n)

/**
 * Five sets of which the first less the next three, and the last added, is one home: each two have many
 * in common, and nobody but that home's neighbours by arithmetic is in all of them.
 */
function fiveSets({ members }: Feeder) {
  const [alone, ...others] = members
  const small = (part: number) => others.slice(7 * part, 7 * part + 7)
  const large = (part: number) => others.slice(21 + 14 * part, 35 + 14 * part)
  const parts = [0, 1, 2]
  const middle = parts.map((part) => [
    ...small(part),
    ...parts.filter((each) => each !== part).flatMap(large),
  ])
  return { alone, sets: [members, ...middle, parts.flatMap(large)] }
}

/** What the aggregator computes of each set, as those in it answer the stories that `told` has for each. */
function staged(
  of: Feeder,
  sets: readonly (readonly Eui64[])[],
  told: (history: History, all: readonly History[]) => readonly History[],
) {
  const refusals: string[] = []
  const sums = sets.map((present, round) => {
    const here = of.stations.filter((each) => present.includes(each.station))
    const all = storiesOf(here.map((each) => each.rounds.history))
    let sum = 0n
    for (const station of here) {
      sum += mask(station, round, readingOf(station.station)).value
      for (const earlier of told(station.rounds.history, all)) {
        const step = unmask(station, { round, present, earlier })
        if (step.ok) sum += step.value.message.value
        else refusals.push(step.reason)
      }
    }
    return BigInt.asIntN(64, sum)
  })
  return { sums, refusals }
}

function storiesOf(histories: readonly History[]): readonly History[] {
  const isSame = (one: History, other: History) =>
    one.length === other.length &&
    one.every((each, at) => sameSet(each.members, other[at]?.members ?? []))
  return histories.filter((each, at) => histories.findIndex((other) => isSame(each, other)) === at)
}

const tellings = [
  ['is told only the sets that it was in', false, (own: History) => [own]],
  ['hears what all are told', true, (_: History, all: readonly History[]) => all],
] as const

/** The first set, less the three, and the last. */
const combined = ([first = 0n, ...others]: readonly bigint[]): bigint =>
  others.reduce((sum, each, at) => (at < 3 ? sum - each : sum + each), first)

test.each(tellings)(
  'of five sets there is no sum of those of many stories: each %s',
  (_, all, told) => {
    const of = street()
    const { alone, sets } = fiveSets(of)
    const { sums, refusals } = staged(of, sets, told)
    const isTrue = sums.map((sum, at) => sum === truth(sets[at] ?? []))
    // Of the first two there is but one story; what follows from them is of a group.
    expect(isTrue).toEqual([true, true, false, false, false])
    expect(combined(sums)).not.toBe(readingOf(alone ?? stationAt(0)))
    // A story that is not its own, or comes after it has answered, is refused by each: that alone hid nothing.
    const some = ['HistoryChanged', 'RoundNotOpen']
    expect([...new Set(refusals)].sort()).toEqual(all ? some : [])
  },
)

test.each(tellings)('with masks of no closing the five tell one home: each %s', (_, __, told) => {
  const of = street(unbound)
  const { alone, sets } = fiveSets(of)
  const { sums } = staged(of, sets, told)
  expect(combined(sums)).toBe(readingOf(alone ?? stationAt(0)))
})

test('the same five sets with one story for all are refused where they would tell too few', () => {
  const of = street()
  const { sets } = fiveSets(of)
  const joint = (round: number): History =>
    sets.slice(0, round).map((members) => ({ window: 0, members }))
  const reasons = sets.slice(0, 4).map((present, round) => {
    const answers = of.stations.map((station) => {
      if (!present.includes(station.station)) return 'away'
      mask(station, round, 1n)
      const step = unmask(station, { round, present, earlier: joint(round) })
      return step.ok ? 'answered' : step.reason
    })
    return [...new Set(answers)].filter((each) => each !== 'away')
  })
  expect(reasons).toEqual([['answered'], ['answered'], ['answered'], ['DifferenceTooSmall']])
})

/** Each of eight is told a set without another one, so that no one knows of the set of all. */
function acrossTheStreet(change?: (word: Word) => Word): bigint {
  const of = feeder(8, smallRules, change)
  const numbers = of.stations.map((station, at) => {
    const masked = mask(station, 1, 11n)
    const present = of.members.filter((_, each) => each !== (at + 4) % 8)
    const step = unmask(station, { round: 1, present, earlier: [] })
    if (!step.ok) throw new Error(step.reason)
    return masked.value + step.value.message.value
  })
  return wrap(numbers.reduce((sum, each) => sum + each))
}

test('a set that none of its stations was told has no sum, though each knows of the others', () => {
  expect(acrossTheStreet()).not.toBe(88n)
})

test('with masks of no closing, stations sum a set that they do not remember', () => {
  expect(acrossTheStreet(unbound)).toBe(88n)
})

test('whoever is missing, all that were told the same have their sum', () => {
  const of = feeder(24, rules)
  const absences: readonly (readonly number[])[] = [[], [3], [3, 9, 20], [], [0, 23]]
  for (const [round, missing] of absences.entries()) {
    const readings = of.members.map((each, at) =>
      missing.includes(at) ? undefined : readingOf(each),
    )
    const { open, closing } = runRound(of, 100 * round, readings)
    expect(open.sum()).toEqual({ ok: true, value: truth(closing?.present ?? []) })
    expect(closing?.present).toHaveLength(24 - missing.length)
  }
})

test('who conspires cannot part the others of a set: the words of all of them hang together', () => {
  const present = Array.from({ length: 30 }, (_, at) => stationAt(at))
  fc.assert(
    fc.property(
      fc.integer({ min: 7, max: 30 }),
      fc.uniqueArray(fc.nat({ max: 29 }), { maxLength: 5 }),
      (count, gone) => {
        const set = present.slice(0, count)
        const honest = set.filter((_, at) => !gone.includes(at))
        const reached = new Set(honest.slice(0, 1))
        const peers = new Map(set.map((each) => [each, closingPeers(each, set, rules)]))
        for (const each of reached)
          for (const peer of peers.get(each) ?? []) if (honest.includes(peer)) reached.add(peer)
        expect(reached.size).toBe(honest.length)
        const isMutual = set.every((each) =>
          peers.get(each)?.every((peer) => peers.get(peer)?.includes(each)),
        )
        expect(isMutual).toBe(true)
      },
    ),
    { numRuns: 100 },
  )
})

test('another set, another story and another roster are each another closing', () => {
  const { roster, members } = feeder(9)
  const others = [...members.slice(1), euiFromBytes(u64(99n))]
  const told = { window: 3, members: members.slice(1) }
  const first: Closing = { round: 90, present: members, earlier: [told] }
  const useOf = closingUses(roster, crypto)
  const uses = [
    useOf(first),
    useOf({ ...first, present: members.slice(2) }),
    useOf({ ...first, earlier: [told, told] }),
    useOf({ ...first, earlier: [{ ...told, window: 4 }] }),
    useOf({ ...first, earlier: [{ ...told, members }] }),
    // The same bits, of others.
    closingUses({ ...roster, members: others }, crypto)({ ...first, present: others, earlier: [] }),
    useOf({ ...first, earlier: [] }),
  ]
  expect(new Set(uses).size).toBe(uses.length)
  // Its round is in the words themselves.
  expect(useOf({ ...first, round: 91 })).toBe(uses[0])
})
