import { expect, test } from 'vitest'
import { auditFindings, openAudit, type Opening } from './audit.ts'
import { feeder, runRound, smallRules, stationAt } from './feeder.fixture.ts'
import type { Word } from './mask-words.ts'

const readings = [1n, 2n, 3n, 4n, 5n]

/** The station at `index` derives its words from another round, as with a counter that is wrong. */
const offBy =
  (index: number, when: (peer: string) => boolean = () => true) =>
  (word: Word, station: string): Word =>
    station === stationAt(index)
      ? (peer, use, round) => word(peer, use, when(peer) && use !== 'blind' ? round + 1 : round)
      : word

const openingsOf = (street: ReturnType<typeof feeder>): Opening[] =>
  street.stations.map((each) => openAudit(each.station, street.roster, 7, each.word))

test('right masks: a sum, and an audit that finds nothing', () => {
  const street = feeder(5)
  expect(runRound(street, 1, readings).open.sum()).toEqual({ ok: true, value: 15n })
  expect(auditFindings(openingsOf(street), 0)).toEqual({ atFault: [], disputed: [] })
})

test('one station with wrong masks: no sum is told, and the audit names it', () => {
  const street = feeder(5, smallRules, offBy(2))
  expect(runRound(street, 1, readings).open.sum()).toMatchObject({ reason: 'SumImplausible' })
  expect(auditFindings(openingsOf(street), 1)).toEqual({ atFault: [stationAt(2)], disputed: [] })
})

test('one pair that disagrees: no sum is told, and both are named as a pair', () => {
  const street = feeder(
    5,
    smallRules,
    offBy(2, (peer) => peer === stationAt(4)),
  )
  expect(runRound(street, 1, readings).open.sum()).toMatchObject({ reason: 'SumImplausible' })
  expect(auditFindings(openingsOf(street), 1)).toEqual({
    atFault: [],
    disputed: [[stationAt(2), stationAt(4)]],
  })
})

test('words that do not add up to what was sent name their station', () => {
  const openings = openingsOf(feeder(5))
  const [first, ...others] = openings
  if (first === undefined) throw new Error('a feeder of five')
  const lying = { ...first, value: first.value + 1n }
  expect(auditFindings([lying, ...others], 1).atFault).toEqual([stationAt(0)])
  const elsewhere = { ...first, round: 8 }
  expect(auditFindings([elsewhere, ...others], 1).atFault).toEqual([stationAt(0)])
})

test('not found: a plausible lie about the reading itself, and masks that are wrong in no audit', () => {
  const street = feeder(5)
  const lie = [900_000n, 2n, 3n, 4n, 5n]
  expect(runRound(street, 1, lie).open.sum()).toEqual({ ok: true, value: 900_014n })
  expect(auditFindings(openingsOf(street), 0).atFault).toEqual([])
  const cunning = feeder(5, smallRules, (word, station) =>
    station === stationAt(2)
      ? (peer, use, round) =>
          use === 'mask' ? word(peer, use, round) + 1n : word(peer, use, round)
      : word,
  )
  // Two peers below and two above: the error cancels here, and the sum is right all the same.
  expect(runRound(cunning, 1, readings).open.sum()).toEqual({ ok: true, value: 15n })
  expect(auditFindings(openingsOf(cunning), 0).atFault).toEqual([])
})
