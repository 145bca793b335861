import { millis } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { leapingClock } from './leaping-clock.ts'

test('a leap runs what falls due on the way, in order, also what that sets', async () => {
  const clock = leapingClock()
  const ran: string[] = []
  clock.after(millis(60_000), 'later', () => void ran.push('later'))
  clock.after(millis(10_000), 'sooner', () => {
    ran.push('sooner')
    clock.after(millis(10_000), 'then', () => void ran.push('then'))
  })
  const much = clock.after(millis(900_000), 'much later', () => void ran.push('much later'))
  clock.after(millis(5_000), 'cancelled', () => void ran.push('cancelled')).cancel()
  const before = clock.now()
  await clock.leap(120_000)
  expect(ran).toEqual(['sooner', 'then', 'later'])
  expect(clock.now() - before).toBeGreaterThanOrEqual(120_000)
  much.cancel()
})
