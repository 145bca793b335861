import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { halfHoursDue, type SignedCharge } from './half-hours-due.ts'

const halfHour = 1_800_000
const begin = 1_000_000 * halfHour
const at = (halfHours: number) => instant(begin + halfHours * halfHour)
/** @param registers what was signed, by half-hours after `begin` */
const charge = (
  startedAt: number,
  endedAt: number | undefined,
  registers: Readonly<Record<string, number>>,
): SignedCharge => ({
  startedAt: at(startedAt),
  endedAt: endedAt === undefined ? undefined : at(endedAt),
  registers: Object.entries(registers)
    .map(([when, wattHours]) => ({ at: at(Number(when)), wattHours }))
    .sort((one, other) => one.at - other.at),
})
const due = (...charges: readonly SignedCharge[]) => halfHoursDue(charges, at(0), at(4))

test('a half-hour without a charge is nothing used; of several charges all count', () => {
  expect(due()).toEqual({ runs: [{ from: at(0), wattHours: [0, 0, 0, 0] }], until: at(4) })
  const first = charge(-0.5, 0.5, { '-0.5': 1_000, '0': 2_000, '0.5': 3_500 })
  const second = charge(0.75, 2.5, { '0.75': 100, '1': 600, '2': 2_600, '2.5': 2_700 })
  expect(due(first, second).runs).toEqual([{ from: at(0), wattHours: [2_000, 2_000, 100, 0] }])
})

test('a charge that runs is waited for, until its meter has signed past the half-hour', () => {
  const registers = { '0.5': 0, '1': 500, '1.9': 900 }
  expect(due(charge(0.5, undefined, registers))).toEqual({
    runs: [{ from: at(0), wattHours: [500] }],
    until: at(1),
  })
  expect(due(charge(0.5, undefined, {})).until).toBe(at(0))
  expect(due(charge(0.5, undefined, { ...registers, '4': 1_000 })).until).toBe(at(4))
})

test('of what no meter has signed nothing is said, and the others are', () => {
  const gap = { runs: [{ from: at(0) }, { from: at(3), wattHours: [0] }], until: at(4) }
  expect(due(charge(1, 3, {}))).toMatchObject(gap)
  expect(due(charge(1, 2.5, { '2': 5 }))).toMatchObject({
    runs: [{ wattHours: [0] }, { from: at(3), wattHours: [0] }],
  })
  // Signed at its beginning alone.
  expect(due(charge(1, 2.5, { '1': 5 })).runs).toHaveLength(2)
})
