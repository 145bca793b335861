import { feederSumRules as rules, type Load } from '@interlock/contract'
import { nodeCrypto as crypto } from '@interlock/host'
import { inMinutes, instant, plus, type Eui64 } from '@interlock/kernel'
import {
  closingUses,
  maskBoth,
  newStationRounds,
  roster as rosterOf,
  roundAt,
  unmaskBoth,
  wordsOf,
} from '@interlock/privacy'
import { memoryJournal } from '@interlock/topics/topics.fixture'
import { expect, test } from 'vitest'
import type { StationView } from '../core/view.ts'
import { keyed, reporting, toldSets } from '../oscp/reports.fixture.ts'
import { feederLoads } from './feeder-loads.ts'

const at = instant(1_800_000_000_000)
const watts = [0, 7_360, 3_680, 0, 1_840, 7_360, 0, 4_321]
const all = watts.reduce((sum, each) => sum + each, 0)
const group = { group: 'feeder-1', feeder: 'F-1', reported: true }
const street = (isSummed = false) => watts.map((each, i) => reporting(i + 1, each, isSummed))
const of = (views: readonly StationView[], when = at, sets = toldSets()): Load | undefined =>
  feederLoads([group], keyed(views), when, sets).get('feeder-1')

test('what the chargers of a reported feeder draw is told together', () => {
  expect(of(street())).toEqual({ at, watts: all, chargers: 8 })
  const views = keyed(street())
  expect(feederLoads([{ ...group, reported: false }], views, at, toldSets()).size).toBe(0)
  expect(feederLoads([{ group: 'feeder-1', feeder: 'F-1' }], views, at, toldSets()).size).toBe(0)
})

test('of fewer chargers than a sum must be of nothing is told', () => {
  const least = rules.honestMin + rules.coalitionMax
  expect(of(street().slice(0, least))?.chargers).toBe(least)
  expect(of(street().slice(0, least - 1))).toBeUndefined()
})

test('one that is away, or that has not said whether it is summed, is not counted', () => {
  const changes: ((view: StationView) => void)[] = [
    (view) => (view.connected = false),
    (view) => (view.powerWatts = undefined),
    (view) => (view.report = undefined),
  ]
  for (const change of changes) {
    const views = street()
    for (const view of views.slice(7)) change(view)
    expect(of(views)).toEqual({ at, watts: all - 4_321, chargers: 7 })
  }
  // A standard station has no word for it.
  const views = street()
  for (const view of views) {
    view.record = { ...view.record, trust: 'standard' }
    view.report = undefined
  }
  expect(of(views)?.chargers).toBe(8)
})

test('no two loads of near times differ by few, nor after a restart', () => {
  const journal = memoryJournal()
  const views = street()
  expect(of(views, at, toldSets(journal))?.watts).toBe(all)
  const [last] = views.slice(-1)
  if (last === undefined) throw new Error('no charger')
  last.connected = false
  const next = toldSets(journal)
  expect(of(views, plus(at, inMinutes(1)), next)).toBeUndefined()
  expect(of(views, plus(at, inMinutes(31)), next)).toBeUndefined()
  // Gone from the config it is no less a difference.
  expect(of(views.slice(0, 7), plus(at, inMinutes(31)), next)).toBeUndefined()
  expect(of(views, plus(at, inMinutes(91)), next)?.chargers).toBe(7)
})

/** What the operator adds up of the chargers but the last, which it says it has not heard. */
function sumOfOthers(views: readonly StationView[]): number {
  const ids = views.map(({ record }) => record.eui)
  const keys = new Map(ids.map((id) => [id, crypto.ephemeralKey()]))
  const roster = rosterOf({ feeder: 'GB/feeder-1', version: 1, members: ids }, rules)
  if (!roster.ok) throw new Error(roster.reason)
  const present = ids.slice(0, -1)
  const closing = { round: roundAt(at, rules), present, earlier: [] }
  const numbers = present.map((station, i) => {
    const key = keys.get(station)
    if (key === undefined) throw new Error('no key')
    const secret = crypto.sha256(new Uint8Array([i]))
    const keyOf = (other: Eui64) => keys.get(other)?.publicKey
    const words = wordsOf({ station, key }, secret, roster.value, keyOf, crypto)
    const closingUse = closingUses(roster.value, crypto)
    const member = { station, roster: roster.value, rules, words, closingUse }
    const reading = { watts: BigInt(watts[i] ?? 0), wattHours: 0n }
    const masked = maskBoth(member, newStationRounds(1), at, reading)
    const unmasked = masked.ok && unmaskBoth(member, masked.value.rounds, closing)
    if (!masked.ok || !unmasked || !unmasked.ok) throw new Error('refused')
    return masked.value.message.values.watts + unmasked.value.message.values.watts
  })
  return Number(
    BigInt.asIntN(
      64,
      numbers.reduce((sum, each) => sum + each),
    ),
  )
}

test('an operator that has the sum of all but one learns nothing of that one by the load', () => {
  const sum = sumOfOthers(street())
  expect(sum).toBe(all - 4_321)
  // As a config would have it that says nothing of the sums.
  const load = of(street(true))
  expect(load).toBeUndefined()
  // One charger's word is enough: by another's config it may be summed with all.
  expect(of([...street().slice(0, 7), reporting(8, 4_321, true)])).toBeUndefined()
  // Without the control it is what the last home draws.
  expect((of(street(false))?.watts ?? 0) - sum).toBe(4_321)
})
