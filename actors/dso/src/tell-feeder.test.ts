import { rmSync } from 'node:fs'
import { silentLog, temporaryDir, writeAtomic } from '@interlock/host'
import { instant, toIso } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { afterAll, expect, test } from 'vitest'
import { createToldDays } from './capacity/told-days.ts'
import { blockMillis, blocksPerDay } from './forecast/load-series.ts'
import type { Blocks } from './metering/blocks.ts'
import { tellFeeder } from './tell-feeder.ts'

const dir = temporaryDir('interlock-tell-feeder')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const path = (name: string): string => `${dir}/${name}.json`

const midnight = Date.UTC(2026, 0, 5)
const colds = [4, 11, 2, 9, 6, 13, 3]
const from = toIso(instant(midnight - colds.length * blocksPerDay * blockMillis))
const daily = (values: readonly number[]): number[] =>
  values.flatMap((value) => Array.from({ length: blocksPerDay }, () => value))
const write = (name: string, series: object): void =>
  writeAtomic(path(name), JSON.stringify({ from, ...series }), 0o644)
write('load', { watts: daily(colds.map((cold) => 8_000 + 1_000 * cold)) })
write('mild', { celsius: daily([...colds, 0].map((cold) => 15.5 - cold)) })
write('cold', { celsius: daily([...colds, 14].map((cold) => 15.5 - cold)) })
write('broken', { celsius: ['warm'] })

function told(temperatures?: string) {
  const days = createToldDays()
  const warnings: object[] = []
  const feeder = {
    group: 'f1',
    ratedWatts: 40_000,
    history: path('load'),
    contracts: [{ provider: 'acacia', contractedWatts: 40_000 }],
    ...(temperatures !== undefined && { temperatures: path(temperatures) }),
  }
  const blocks = {
    of: () => [],
    promised: () => ({}),
    promise: () => undefined,
    expect: () => undefined,
  } as unknown as Blocks
  const books = {
    audit: { record: () => undefined } as unknown as Audit,
    blocks,
    days,
    allot: () => undefined,
  }
  const clock = { now: () => instant(midnight), after: () => ({ cancel: () => undefined }) }
  const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) }
  tellFeeder(feeder, [], books, { clock, log })
  const { day } = days.shown(feeder, [])
  if (day === null) throw new Error('nothing was told')
  return { day, spare: day.spareWatts[48] ?? 0, warnings }
}

test('a feeder is forecast by the temperatures of its file, and by its load alone where that cannot be read', () => {
  const [plain, mild, cold] = [told(), told('mild'), told('cold')]
  expect([plain, mild, cold].map(({ day }) => day.usesTemperature)).toEqual([false, true, true])
  expect(cold.spare).toBeLessThan(plain.spare - 3_000)
  expect(mild.spare).toBeGreaterThan(plain.spare)
  const { forecast } = mild.day.errorWatts
  expect(forecast).toBeLessThan(0.6 * (plain.day.errorWatts.forecast ?? 0))
  for (const name of ['broken', 'none']) {
    const without = told(name)
    expect([without.day, without.warnings.length]).toEqual([plain.day, 1])
  }
})
