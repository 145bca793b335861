import { instant, millis, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { advance, arrive, changesIn, fullIn, isFull, offer, socPercent } from './vehicle.ts'

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

test('a battery takes less the fuller it is, step by step, and all it came for in the end', () => {
  const battery = { capacityWattHours: 10_000, socPercent: 70 }
  let vehicle = offer(
    arrive({ energyWattHours: 3_000, vehicleWattsMax: 10_000, battery }, start),
    22_000,
    start,
  )
  const draws: number[] = []
  for (let steps = 0; steps < 20 && !isFull(vehicle); steps++) {
    draws.push(vehicle.drawsWatts)
    const at = plus(vehicle.since, changesIn(vehicle) ?? millis(0))
    vehicle = offer(vehicle, 22_000, at)
  }
  expect(draws).toEqual([10_000, 8_000, 6_000, 4_000, 2_000])
  expect(isFull(vehicle)).toBe(true)
  expect(vehicle.battery === undefined ? 0 : Math.round(socPercent(vehicle.battery))).toBe(100)
})

test('a vehicle of one phase uses a third of what three phases offer', () => {
  const single = arrive({ energyWattHours: 10_000, vehicleWattsMax: 7_000, phases: 1 }, start)
  expect(offer(single, 9_000, start, 3).drawsWatts).toBe(3_000)
  expect(offer(single, 9_000, start, 1).drawsWatts).toBe(7_000)
})

test('a paused vehicle draws nothing and loses nothing', () => {
  const paused = arrive({ energyWattHours: 10_000, vehicleWattsMax: 7_000, paused: true }, start)
  expect(offer(paused, 7_000, start).drawsWatts).toBe(0)
  expect(isFull(paused)).toBe(false)
})
