import { expect, test } from 'vitest'
import { instant } from '@interlock/kernel'
import { halfHourMillis, priceAt, pricesProblem } from './prices.ts'

const price = (n: number, pence: number) => ({
  from: instant(n * halfHourMillis),
  pencePerKilowattHour: pence,
})

test('a price holds for its half-hour', () => {
  const prices = [price(2, 11), price(3, -4)]
  expect(priceAt(prices, instant(3 * halfHourMillis + 1))).toBe(-4)
  expect(priceAt(prices, instant(4 * halfHourMillis))).toBeUndefined()
})

test('a list of prices that is off the half-hour, out of order or not a number is named', () => {
  expect(pricesProblem([price(1, 1), price(4, -1)])).toBeUndefined()
  expect(pricesProblem([{ from: instant(60_000), pencePerKilowattHour: 1 }])).toBe('PriceOffGrid')
  expect(pricesProblem([price(2, 1), price(2, 1)])).toBe('PricesUnordered')
  expect(pricesProblem([price(2, Number.POSITIVE_INFINITY)])).toBe('PriceInvalid')
})
