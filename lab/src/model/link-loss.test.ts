import { inSeconds, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { commissioned } from './devices.ts'
import { openHome } from './home.ts'

const startAt = instant(Date.UTC(2026, 0, 5, 23))

test('a heartbeat that nobody answers closes the link, and it is opened again', async () => {
  const kept = { station: [commissioned(startAt)], llcs: [] }
  const home = openHome({ startAt, held: ['heartbeat'] }, kept, () => '')
  home.llcs.start()
  await home.clock.settle()
  home.station.start()
  await home.clock.settle()
  expect(home.link.connected()).toBe(true)
  await home.clock.advance(inSeconds(300))
  expect(home.post.waiting()).toEqual(['link heartbeat'])
  await home.clock.advance(inSeconds(9))
  expect(home.link.connected()).toBe(true)
  await home.clock.advance(inSeconds(1))
  expect(home.link.connected()).toBe(false)
  await home.clock.retry()
  expect(home.link.connected()).toBe(true)
})
