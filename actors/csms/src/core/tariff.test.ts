import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { acceptTariff, isNewer, type Tariff } from './tariff.ts'

const halfHour = 30 * 60_000
const tariff = (version: number, first: number): Tariff => ({
  meter: '00-00-00-00-00-00-00-01',
  version,
  prices: [{ from: instant(first * halfHour), pencePerKilowattHour: 7 }],
  readAt: instant(0),
})

test('a newer tariff with prices ahead replaces the held one', () => {
  const offered = tariff(2, 5)
  expect(acceptTariff(tariff(1, 5), offered, instant(0))).toEqual({ ok: true, value: offered })
  expect(isNewer(tariff(1, 5), offered)).toBe(true)
  expect(isNewer(offered, offered)).toBe(false)
})

test('an older version is refused as a replay', () => {
  expect(acceptTariff(tariff(3, 5), tariff(2, 5), instant(0))).toMatchObject({
    reason: 'TariffOlder',
  })
})

test('a tariff whose last price has passed is stale', () => {
  expect(acceptTariff(undefined, tariff(1, 5), instant(6 * halfHour))).toMatchObject({
    reason: 'TariffStale',
  })
})
