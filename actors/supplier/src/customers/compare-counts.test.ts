import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { compareCounts, countTolerance } from './compare-counts.ts'

const halfHour = 1_800_000
const noon = Date.UTC(2026, 0, 5, 12)
const at = (count: number) => instant(noon + count * halfHour)
const period = { from: at(0), until: at(4) }
const charger = (...wattHours: readonly number[]) =>
  wattHours.map((each, place) => ({ from: at(place), wattHours: each }))
const meter = (...wattHours: readonly number[]) =>
  wattHours.map((each, place) => ({ until: at(place + 1), wattHours: each }))

test('two meters of one circuit that are as good as they must be agree', () => {
  expect(compareCounts(period, charger(0, 3_700, 3_700, 120), meter(0, 3_662, 3_740, 115))).toEqual(
    {
      compared: 4,
      chargerWattHours: 7_520,
      meterWattHours: 7_517,
      missing: { charger: 0, meter: 0 },
      differences: [],
      isSumDifferent: false,
    },
  )
})

test.each([
  ['half', 1_850],
  ['twice', 7_400],
  ['nothing', 0],
])('a charger that says %s of it is found in its half-hour', (_what, said) => {
  const { differences, isSumDifferent } = compareCounts(period, charger(0, said), meter(0, 3_700))
  expect(differences).toEqual([{ from: at(1), chargerWattHours: said, meterWattHours: 3_700 }])
  expect(isSumDifferent).toBe(true)
})

test('small lies that no half-hour shows are found in their sum', () => {
  const lie = 3_700 - countTolerance.wattHours - 60
  const compared = compareCounts(
    period,
    charger(lie, lie, lie, lie),
    meter(3_700, 3_700, 3_700, 3_700),
  )
  expect(compared).toMatchObject({ differences: [], isSumDifferent: true })
})

test('what one of them said nothing of is missing and no finding; what is of another time counts not', () => {
  const compared = compareCounts(
    period,
    [
      ...charger(1_000, 1_000),
      { from: at(-1), wattHours: 9_000 },
      { from: at(4), wattHours: 9_000 },
    ],
    [{ until: at(0), wattHours: 1 }, ...meter(1_000), { until: at(3), wattHours: 5_000 }],
  )
  expect(compared).toMatchObject({
    compared: 1,
    missing: { charger: 2, meter: 2 },
    differences: [],
    isSumDifferent: false,
  })
})
