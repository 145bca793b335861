import type { TimeOfUseTariffBody } from '@interlock/duis'
import { instant, toIso, type Instant } from '@interlock/kernel'
import type { TariffDocument } from '@interlock/tariff'
import { evening } from './network.fixture.ts'

/** Two registers; what is published replaces the version. */
const twoRates = (clock: TariffDocument['clock'], day: number, night: number): TariffDocument => ({
  tariff: 'night',
  clock,
  versions: [
    {
      version: 0,
      validFrom: toIso(evening),
      validUntil: toIso(instant(evening + 7 * 24 * 3_600_000)),
      standingChargePencePerDay: 47.85,
      timeOfUse: {
        registers: [
          { register: 1, name: 'day', blocks: [{ pencePerKilowattHour: day }] },
          { register: 2, name: 'night', blocks: [{ pencePerKilowattHour: night }] },
        ],
        days: [
          {
            day: 1,
            switches: [
              { at: '00:00', register: 2 },
              { at: '05:30', register: 1 },
              { at: '23:30', register: 2 },
            ],
          },
        ],
        weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
        seasons: [{ name: 'all year', from: '01-01', week: 1 }],
      },
    },
  ],
})
/** More digits than the standard's message has. */
export const timeOfUse = twoRates('Europe/London', 24.39255, 7.00035)
export const coarse = twoRates('UTC', 24.39, 7)

/** One register all year, by time of use or with blocks, or one of each. */
export const standardTariff = (
  executeAt?: Instant,
  registers: readonly (1 | 101)[] = [1],
): TimeOfUseTariffBody => ({
  kind: 'timeOfUseTariff',
  executeAt,
  elements: {
    currency: 'GBP',
    switching: {
      days: [
        {
          name: 1,
          switches: registers.map((register, hour) => ({ at: `0${hour}:00:00`, register })),
        },
      ],
      weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
      seasons: [{ name: 'all', start: { year: 2026, month: 1, day: 1, weekday: 'any' }, week: 1 }],
    },
    specialDays: [],
    thresholds: Array.from({ length: 8 }, () => [0xffff_ffff]),
  },
  prices: {
    standingCharge: 20_000,
    standingChargeScale: -5,
    priceScale: -5,
    timeOfUse: registers.includes(1) ? [2_121] : [],
    blocks: registers.includes(101) ? [[1_361, 2_289]] : [],
  },
})
