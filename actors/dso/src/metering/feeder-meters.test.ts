import { nodeCrypto as crypto, silentLog } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { blockMillis } from '../forecast/load-series.ts'
import { openBlocks } from './blocks.ts'
import { createFeederMeters } from './feeder-meters.ts'

const start = Math.floor(1_800_000_000_000 / blockMillis) * blockMillis
const day = 24 * 3_600_000

test('a provider that reports of a time to come, or long ago, pushes no block out before it is judged', () => {
  const blocks = openBlocks({
    entries: () => [],
    append: () => {},
    isLong: false,
    rewrite: () => {},
    close: () => {},
  })
  const records: unknown[] = []
  const write = (_: string, data: unknown) => void records.push(data)
  const meters = createFeederMeters({
    feeders: [],
    blocks,
    sayings: { documentOf: () => ({}) },
    audit: { record: write, critical: write } as never,
    deps: { clock: { now: () => instant(start + blockMillis) } as never, crypto, log: silentLog },
  })
  const report = (from: number) =>
    meters.heard('acacia', {
      message: 'update_group_measurements',
      body: {
        group: 'feeder-1',
        measurements: [
          {
            value: 2,
            phase: 'ALL',
            unit: 'KWH',
            energyType: 'FLEXIBLE',
            direction: 'IMPORT',
            since: instant(from),
            at: instant(from + blockMillis),
          },
        ],
      },
    } as never)
  const allotted = { acacia: 10_000 }
  const limits = { forecastWatts: 0, marginWatts: 0, ratedWatts: 100_000, allotted }
  blocks.expect('feeder-1', instant(start), limits)
  for (const from of [start + 10 * 365 * day, start - 2 * day]) report(from)
  expect(records).toEqual(
    [1, 2].map(() => ({ group: 'feeder-1', provider: 'acacia', reason: 'Untimely', count: 1 })),
  )
  report(start)
  expect(blocks.of('feeder-1')).toMatchObject([{ from: start, reported: { acacia: 8_000 } }])
  expect(blocks.meter('feeder-1', instant(start), 30_000)).toBe('taken')
  expect(blocks.judge(instant(start + blockMillis))).toMatchObject([{ from: start }])
})
