import { limits } from '@interlock/contract'
import { instant, type Clock } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { position, type Carried } from './carrier.ts'
import { sealedLike, topicOf } from './carrier.fixture.ts'
import { deliver, type Delivery } from './deliver.ts'
import { inProcessCarrier } from './in-process-carrier.ts'

/** Every pause is over at once, and is noted. */
function eagerClock(pauses: number[]): Clock {
  return {
    now: () => instant(1_800_000_000_000),
    after(delay, _label, work) {
      pauses.push(delay)
      queueMicrotask(() => void work())
      return { cancel: () => {} }
    },
  }
}

async function delivered(count: number, change: Partial<Delivery>) {
  const pauses: number[] = []
  const clock = eagerClock(pauses)
  const carrier = inProcessCarrier({ clock, keptMax: 100 })
  for (let i = 1; i <= count; i++)
    await carrier.publish(topicOf('one'), sealedLike(`m${i}`), `${i}`)
  const stop = new AbortController()
  const seen: string[] = []
  const done: number[] = []
  const dead: [string, unknown][] = []
  const held: string[] = []
  const delivery: Delivery = {
    selection: { kind: 'load' },
    after: position(0),
    handle: () => Promise.resolve(),
    done(at) {
      done.push(at)
      if (at === count) stop.abort()
      return Promise.resolve()
    },
    attemptsMax: () => limits.deliveryAttemptsMax,
    onHeld: ({ message }) => void held.push(message.body),
    onDead: ({ message }, cause) => Promise.resolve(void dead.push([message.body, cause])),
    ...change,
  }
  const handle = async (carried: Carried): Promise<void> => {
    seen.push(carried.message.body)
    await delivery.handle(carried)
  }
  await deliver(carrier, { ...delivery, handle }, { clock }, stop.signal)
  await carrier.close()
  return { seen, done, dead, held, pauses }
}

test('each message is dealt with before the next, and its position kept', async () => {
  const { seen, done, dead } = await delivered(3, {})
  expect(seen).toEqual(['m1', 'm2', 'm3'])
  expect(done).toEqual([1, 2, 3])
  expect(dead).toEqual([])
})

test('a reader goes on after the position it kept', async () => {
  expect((await delivered(3, { after: position(2) })).seen).toEqual(['m3'])
})

test('what fails is tried again before anything later, ever more slowly', async () => {
  let failures = 2
  const { seen, done, pauses } = await delivered(2, {
    handle: () => (failures-- > 0 ? Promise.reject(new Error('busy')) : Promise.resolve()),
  })
  expect(seen).toEqual(['m1', 'm1', 'm1', 'm2'])
  expect(done).toEqual([1, 2])
  expect(pauses).toEqual([limits.deliveryRetryMillis, limits.deliveryRetryMillis * 2])
})

test('what fails for another reason is held without end, at a bounded pace, and then goes on', async () => {
  let failures = 40
  const { seen, done, dead, held, pauses } = await delivered(2, {
    attemptsMax: () => Infinity,
    handle: () => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve()),
  })
  expect(seen).toEqual([...Array<string>(41).fill('m1'), 'm2'])
  expect(done).toEqual([1, 2])
  expect(dead).toEqual([])
  expect(held).toEqual(['m1'])
  expect(pauses).toHaveLength(40)
  expect(Math.max(...pauses)).toBe(limits.deliveryRetryMillisMax)
})

test.each([1, 4])('what fails %i times is a dead letter, and delivery goes on', async (times) => {
  const broken = new Error('cannot')
  const { seen, done, dead } = await delivered(2, {
    attemptsMax: () => times,
    handle: ({ message }) => (message.body === 'm1' ? Promise.reject(broken) : Promise.resolve()),
  })
  expect(seen).toEqual([...Array<string>(times).fill('m1'), 'm2'])
  expect(dead).toEqual([['m1', broken]])
  expect(done).toEqual([1, 2])
})

test('a dead letter that cannot be kept stops delivery, so that nothing is lost', async () => {
  const lost = delivered(1, {
    handle: () => Promise.reject(new Error('cannot')),
    onDead: () => Promise.reject(new Error('disk full')),
  })
  await expect(lost).rejects.toThrow('disk full')
})
