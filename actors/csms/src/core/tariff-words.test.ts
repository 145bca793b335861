import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { costTariffOf, type CostVersion } from './cost-tariff.ts'
import { priceNews, tariffMessage } from './tariff-words.ts'

const tariff = (prices: readonly (readonly [from: string, pence: number])[], fees = {}) => {
  const made = costTariffOf({
    currency: 'EUR',
    clock: 'Europe/London',
    updateSeconds: 300,
    versions: [
      {
        version: 1,
        validFrom: '2026-01-01T00:00:00Z',
        prices: prices.map(([from, pencePerKilowattHour]) => ({ from, pencePerKilowattHour })),
        ...fees,
      },
    ],
  })
  return [made, made.versions[0] as CostVersion] as const
}
const at = (text: string) => instant(Date.parse(text))
const day = [
  ['00:00', 7],
  ['05:30', 28.5],
  ['12:00', 28.5],
  ['16:00', 41.25],
] as const

test('a driver is told what energy costs now, until when, and what comes besides (I01.FR.01)', () => {
  const fees = { sessionFeePence: 50, idleFeePencePerMinute: 10 }
  expect(tariffMessage(...tariff(day, fees), at('2026-07-01T07:00:00Z'))).toEqual({
    format: 'UTF8',
    language: 'en',
    content:
      'EUR 0.285 per kWh until 16:00, then EUR 0.4125. EUR 0.50 for each charge. ' +
      'EUR 0.10 for each minute plugged in after charging.',
  })
  const flat = tariffMessage(...tariff([['00:00', 30]]), at('2026-07-01T07:00:00Z'))
  expect(flat?.content).toBe('EUR 0.30 per kWh.')
})

test('news is only what has changed, by the clock of the tariff (I06.FR.01)', () => {
  const news = (before: string, now: string) => priceNews(...tariff(day), at(before), at(now))
  expect(news('2026-07-01T10:00:00Z', '2026-07-01T12:00:00Z')).toBeUndefined()
  expect(news('2026-07-01T14:59:00Z', '2026-07-01T15:00:00Z')?.content).toBe(
    'EUR 0.4125 per kWh until 00:00, then EUR 0.07.',
  )
  expect(news('2026-01-05T14:59:00Z', '2026-01-05T15:00:00Z')).toBeUndefined()
})
