import { instant, seeded, type Clock } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { silentLog as log } from './log.ts'
import { keepConnected } from './retry.ts'

/** A clock that shows the delays asked for and fires when told. */
function watchedClock() {
  const delays: number[] = []
  let work: (() => void | Promise<void>) | undefined
  const clock: Clock = {
    now: () => instant(0),
    after(delay, _label, each) {
      delays.push(delay)
      work = each
      return { cancel: () => (work = undefined) }
    },
  }
  return { clock, delays, waiting: () => work !== undefined, fire: async () => work?.() }
}

const settings = { label: 'test', entropy: seeded('retry'), log, minMillis: 100, maxMillis: 1000 }

test('each failure waits about twice as long, up to the longest', async () => {
  const { clock, delays, fire } = watchedClock()
  const connect = () => Promise.reject(new Error('no'))
  const line = keepConnected({ ...settings, clock, connect })
  for (let i = 0; i < 6; i++) await new Promise((r) => setImmediate(r)).then(fire)
  const whole = [200, 400, 800, 1000, 1000, 1000]
  for (const [i, most] of whole.entries()) {
    expect(delays[i]).toBeGreaterThanOrEqual(most / 2)
    expect(delays[i]).toBeLessThanOrEqual(most)
  }
  await line.close()
})

test('a connection that ends is made again, after the shortest wait', async () => {
  const { clock, delays, fire } = watchedClock()
  const ends: (() => void)[] = []
  const connect = () =>
    Promise.resolve({ closed: new Promise<void>((resolve) => ends.push(resolve)) })
  const line = keepConnected({ ...settings, clock, connect })
  await new Promise((r) => setImmediate(r))
  expect(delays).toEqual([])
  ends[0]?.()
  await new Promise((r) => setImmediate(r))
  expect(delays[0]).toBeLessThanOrEqual(100)
  await fire()
  expect(ends).toHaveLength(2)
  await line.close()
})

test('closing waits for an attempt under way, so that nothing opens afterwards', async () => {
  const { clock, fire } = watchedClock()
  let opened = (): void => {}
  let attempts = 0
  const connect = () => {
    attempts += 1
    if (attempts === 1) return Promise.reject(new Error('no'))
    return new Promise<{ closed: Promise<void> }>((resolve) => {
      opened = () => resolve({ closed: new Promise(() => {}) })
    })
  }
  const line = keepConnected({ ...settings, clock, connect })
  await new Promise((r) => setImmediate(r))
  void fire()
  expect(attempts).toBe(2)
  let isClosed = false
  const closing = line.close().then(() => (isClosed = true))
  await new Promise((r) => setImmediate(r))
  expect(isClosed).toBe(false)
  opened()
  await closing
})

test('once closed it tries no more', async () => {
  const { clock, waiting, fire } = watchedClock()
  let attempts = 0
  const connect = () => {
    attempts += 1
    return Promise.reject(new Error('no'))
  }
  const line = keepConnected({ ...settings, clock, connect })
  await new Promise((r) => setImmediate(r))
  expect(waiting()).toBe(true)
  await line.close()
  await line.close()
  expect(waiting()).toBe(false)
  await fire()
  expect(attempts).toBe(1)
})
