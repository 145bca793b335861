import { instant, millis, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { advance, arrive, fullIn, isFull, offer } from './vehicle.ts'

const start = instant(Date.UTC(2026, 0, 5))
const car = arrive({ energyWattHours: 10_000, vehicleWattsMax: 7_000 }, start)

test('a vehicle draws no more than it can take', () => {
  expect(offer(car, 22_000, start).drawsWatts).toBe(7_000)
  expect(offer(car, 3_000, start).drawsWatts).toBe(3_000)
})

test('a vehicle is full when it has what it came for, and then draws nothing', () => {
  const charging = offer(car, 5_000, start)
  const duration = fullIn(charging)
  expect(duration).toBe(7_200_000)
  const full = advance(charging, plus(start, duration ?? millis(0)))
  expect(isFull(full)).toBe(true)
  expect(offer(full, 7_000, full.since).drawsWatts).toBe(0)
})

test('nothing is taken while nothing is offered', () => {
  const waiting = advance(offer(car, 0, start), plus(start, millis(3_600_000)))
  expect(waiting.wantsWattMillis).toBe(car.wantsWattMillis)
  expect(fullIn(waiting)).toBeUndefined()
})
