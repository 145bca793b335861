import { inMinutes } from '@interlock/kernel'
import fc from 'fast-check'
import { feederSumLimits } from '@interlock/contract'
import { expect, test } from 'vitest'
import { admitSet, chooseSet, type History } from './differencing.ts'
import { stationAt } from './feeder.fixture.ts'
import { roster, type GroupRules } from './roster.ts'

const rules: GroupRules = {
  honestMin: 2,
  coalitionMax: 1,
  roundMillis: inMinutes(1),
  roundsPerWindow: 10,
  readingMax: 1_000n,
}
const members = Array.from({ length: 20 }, (_, at) => stationAt(at))
const made = roster({ feeder: 'north/7', version: 1, members }, rules)
if (!made.ok) throw new Error(made.reason)
const all = made.value
const without = (...gone: readonly number[]) => members.filter((_, at) => !gone.includes(at))
const told = (...sets: readonly (readonly (typeof members)[number][])[]): History =>
  sets.map((each) => ({ window: 0, members: each }))

test('a sum may be told beside one that differs by a group, and beside itself', () => {
  expect(admitSet(told(members), without(0, 1, 2), all, rules)).toMatchObject({ ok: true })
  expect(admitSet(told(members), members, all, rules)).toMatchObject({ ok: true })
  expect(admitSet(told(without(0)), without(0), all, rules)).toMatchObject({ ok: true })
})

test.each([
  ['one less', told(members), without(0)],
  ['two less', told(members), without(0, 1)],
  ['one more', told(without(0)), members],
  ['one for another', told(without(0, 1, 2)), without(1, 2, 3)],
  // The first two differ by groups; a third, between them, would single out two stations.
  ['three sums together', told(members, without(0, 1, 2, 3, 4)), without(0, 1, 2)],
  // The first is in one of three sums, which together tell its reading.
  [
    'three sums, each far from each',
    told(without(1, 2, 3), without(0, 4, 5, 6)),
    without(1, 2, 3, 4, 5, 6),
  ],
])('it may not be told: %s', (_, history, present) => {
  expect(admitSet(history, present, all, rules)).toMatchObject({ reason: 'DifferenceTooSmall' })
})

test('half of the stations are no group: another half could be told another story', () => {
  expect(admitSet([], members.slice(0, 11), all, rules)).toMatchObject({ ok: true })
  expect(admitSet([], members.slice(0, 10), all, rules)).toMatchObject({ reason: 'GroupTooSmall' })
})

test('after so many sets in two windows no more are told', () => {
  const history = Array.from({ length: feederSumLimits.toldMax }, () => ({ window: 0, members }))
  expect(admitSet(history, members, all, rules)).toMatchObject({ reason: 'HistoryTooLong' })
})

test('whoever is missing round after round, what is chosen may be told, and tells of no small group', () => {
  const gone = fc.uniqueArray(fc.nat({ max: 19 }), { maxLength: 6 })
  fc.assert(
    fc.property(fc.array(gone, { maxLength: 6 }), (rounds) => {
      let history: History = []
      for (const missing of rounds) {
        const answered = new Set(without(...missing))
        const chosen = chooseSet(history, answered, all, rules)
        expect(chosen.every((each) => answered.has(each))).toBe(true)
        const admitted = admitSet(history, chosen, all, rules)
        if (!admitted.ok) expect(admitted.reason).toBe('GroupTooSmall')
        else history = [...history, { window: 0, members: chosen }]
      }
    }),
    { numRuns: 300 },
  )
})
