import { instant } from '@interlock/kernel'
import { signRecord } from '@interlock/ocmf'
import { expect, test } from 'vitest'
import { noPages, recordOf } from '../core/meter-record.ts'
import { crypto } from '../fixture/parties.fixture.ts'
import { readPeriod, signedReadings, usageIn } from './usage.ts'

const { key } = crypto.generateKey()
const start = Date.parse('2026-01-12T20:00:00Z')
const kept = (halfHours: number, wattHours: number, page = halfHours + 1) => {
  const at = instant(start + halfHours * 1_800_000)
  const fact = { wattHours, at, context: 'Sample.Clock', page, timeTrusted: true } as const
  const payload = recordOf({ ...fact, serial: 'S', version: '1', chargePoint: 'C 1' })
  return { at, record: signRecord(payload, key, crypto) }
}

test('usage is what the register counted between the signed readings', () => {
  expect(noPages.pages.F).toBe(0)
  const readings = signedReadings([kept(2, 700), kept(0, 0), kept(1, 500)])
  const period = { from: instant(start), until: instant(start + 3_600_000) }
  const usage = usageIn(readings, period)
  expect(usage.map(({ importWattHours, isEstimated }) => [importWattHours, isEstimated])).toEqual([
    [500, false],
    [200, false],
  ])
  const last = { from: instant(start + 1_800_000), until: period.until }
  expect(usageIn(readings, last).map((each) => each.importWattHours)).toEqual([200])
  // The second half-hour is not over.
  const running = { ...kept(2, 700), record: kept(1.5, 700, 3).record }
  expect(usageIn(signedReadings([kept(0, 0), kept(1, 500), running]), period)).toHaveLength(1)
  expect(readPeriod(period).from).toBe(start - 1_800_000)
})

test('a page that was signed twice counts once, as it was signed later; what is no record, not at all', () => {
  const rubbish = { at: instant(start), record: 'OCMF|{}|{}' }
  const readings = signedReadings([kept(0, 0), kept(1, 400, 2), rubbish, kept(1, 500, 2)])
  expect(readings.map(({ wattHours }) => wattHours)).toEqual([0, 500])
})
