import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { blocksPerDay } from '@interlock/dso'
import { planGroup } from '@interlock/power'
import { expect, test } from 'vitest'
import { readSessionFile } from '../files/session-file.ts'
import { readTariffFile } from '../files/tariff-file.ts'
import { optimumOf, violations } from './optimum.fixture.ts'
import { readFeederFile } from './read-feeder-file.ts'
import { overloads, realDay } from './real-day.ts'

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url))
const prices = `${data}tariffs/agile-region-A-eastern-2018-02_2021-08.csv`
const homes = `${data}ev-sessions/dft-2017-domestics-extract.csv`

test.skipIf(!existsSync(data))(
  'on real feeders with real sessions no allotment is exceeded, all is had or the reason said, within 1 % of the optimum (skipped: ../shared/data is absent)',
  async () => {
    const rows = readSessionFile(homes).filter((_, at) => at % 150 === 0)
    // The file begins at midnight.
    const noon = 24
    const pence = readTariffFile(prices)
      .slice(noon, noon + 48)
      .flatMap(({ pencePerKilowattHour }) => [pencePerKilowattHour, pencePerKilowattHour])
    for (const [file, name] of [
      ['721676', 'Feeder: 1.0'],
      ['723879', 'Feeder: 4.0'],
    ] as const) {
      const feeders = readFeederFile(
        readFileSync(`${data}load/lv-feeder-${file}-10min.csv`, 'utf8'),
      )
      const series = feeders.get(name)
      const day = series && realDay(series, rows, pence)
      if (day === undefined) throw new Error(`${file} has no ${name}`)
      const plan = planGroup(day.need)
      const optimum = await optimumOf(day.need)
      expect(violations(day.need, plan)).toEqual([])
      const planned = plan.sessions.reduce((sum, session) => sum + session.plannedWattHours, 0)
      expect(planned).toBeGreaterThan(0.999 * optimum.wattHours)
      expect(plan.costPence).toBeLessThanOrEqual(1.01 * optimum.costPence)
      for (const { shortfall } of plan.sessions)
        if (shortfall) expect(shortfall.reason).toBe('TooLittleTime')
      // The margin is for all blocks but one in twenty.
      expect(overloads(day, plan)).toBeLessThanOrEqual(blocksPerDay / 20)
    }
  },
)
