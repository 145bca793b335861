import { millis } from '@interlock/kernel'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from './system-clock.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000 }))
afterEach(() => void vi.useRealTimers())

test('it tells the time of the system', () => {
  expect(systemClock.now()).toBe(1_000)
})

test('work runs once, when its delay has passed', () => {
  const work = vi.fn<() => void>()
  systemClock.after(millis(50), 'test', work)
  vi.advanceTimersByTime(49)
  expect(work).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1_000)
  expect(work).toHaveBeenCalledOnce()
})

test('cancelled work does not run', () => {
  const work = vi.fn<() => void>()
  systemClock.after(millis(50), 'test', work).cancel()
  vi.advanceTimersByTime(100)
  expect(work).not.toHaveBeenCalled()
})

test('a delay beyond 24.8 days, the longest of the system, is kept all the same', () => {
  const work = vi.fn<() => void>()
  const days = 60 * 86_400_000
  systemClock.after(millis(days), 'test', work)
  vi.advanceTimersByTime(days - 1)
  expect(work).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(work).toHaveBeenCalledOnce()
  const cancelled = systemClock.after(millis(days), 'test', work)
  vi.advanceTimersByTime(days / 2)
  cancelled.cancel()
  vi.advanceTimersByTime(days)
  expect(work).toHaveBeenCalledOnce()
})
