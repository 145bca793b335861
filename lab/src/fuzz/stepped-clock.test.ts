import { inMinutes, inSeconds, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { steppedClock } from './stepped-clock.ts'

test('what falls due runs in order at its time, also what is set on the way', async () => {
  const world = steppedClock(instant(0))
  const clock = world.clockFor('station')
  const ran: string[] = []
  const note = (words: string) => void ran.push(`${words} at ${clock.now() / 1000}`)
  clock.after(inSeconds(30), 'later', () => note('later'))
  clock.after(inSeconds(10), 'first', () => {
    note('first')
    clock.after(inSeconds(5), 'between', () => note('between'))
  })
  clock.after(inSeconds(20), 'never', () => note('never')).cancel()
  clock.after(inSeconds(90), 'next minute', () => note('next minute'))
  await world.pass(inMinutes(1))
  expect(ran).toEqual(['first at 10', 'between at 15', 'later at 30'])
  await world.pass(inMinutes(1))
  expect(ran.at(-1)).toBe('next minute at 90')
  expect(clock.now()).toBe(120_000)
})
