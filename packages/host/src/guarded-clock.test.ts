import { Fault, inSeconds, millis } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { guardedClock } from './guarded-clock.ts'
import type { Log } from './log.ts'
import { systemClock } from './system-clock.ts'

const logged = () => {
  const lines: string[] = []
  const line = (level: string) => (about: { label: string }) =>
    void lines.push(`${level} ${about.label}`)
  return { lines, log: { warn: line('warn'), error: line('error') } as unknown as Log }
}

test('work that throws or rejects is told to the log, and nothing else ends', async () => {
  const { lines, log } = logged()
  const clock = guardedClock(systemClock, log)
  clock.after(millis(0), 'thrown', () => {
    throw new TypeError('a bug')
  })
  clock.after(millis(1), 'rejected', () => Promise.reject(new Fault('DatabaseGone', 'gone')))
  await new Promise<void>((resolve) => clock.after(millis(20), 'good', resolve))
  expect(lines).toEqual(['error thrown', 'warn rejected'])
})

test('a cancelled timer does nothing', async () => {
  const { lines, log } = logged()
  const clock = guardedClock(systemClock, log)
  const timer = clock.after(millis(5), 'cancelled', () => Promise.reject(new TypeError()))
  timer.cancel()
  clock.after(inSeconds(100), 'later', () => {}).cancel()
  await new Promise<void>((resolve) => clock.after(millis(20), 'good', resolve))
  expect(lines).toEqual([])
})
