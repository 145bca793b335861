import { topicTable } from '@interlock/contract'
import { instant, plus, millis } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { carrierTests, sealedLike, take, topicOf } from './carrier.fixture.ts'
import { inProcessCarrier } from './in-process-carrier.ts'

const start = instant(1_800_000_000_000)
carrierTests(() => Promise.resolve(inProcessCarrier({ clock: { now: () => start }, keptMax: 8 })))

test('a kind is kept for its time; positions go on, and ids may be used again', async () => {
  let now = start
  const carrier = inProcessCarrier({ clock: { now: () => now }, keptMax: 2 })
  await carrier.publish(topicOf('one'), sealedLike('m1'), 'a')
  now = plus(now, millis(1_000))
  await carrier.publish(topicOf('one'), sealedLike('m2'), 'b')
  now = plus(start, millis(topicTable.load.retentionMillis))
  expect(await carrier.publish(topicOf('one'), sealedLike('m3'), 'a')).toBe(3)
  const taken = await take(carrier, { kind: 'load' }, 0, 2)
  expect(taken.map(({ position }) => position)).toEqual([2, 3])
})

test('whatever is published and published again, readers of any position see one order', async () => {
  const id = fc.integer({ min: 0, max: 9 })
  await fc.assert(
    fc.asyncProperty(fc.array(id, { maxLength: 30 }), fc.nat(10), async (ids, after) => {
      const carrier = inProcessCarrier({ clock: { now: () => start }, keptMax: 10 })
      for (const each of ids)
        await carrier.publish(topicOf('one'), sealedLike(`m${each}`), `${each}`)
      const order = [...new Set(ids)].map((each) => `m${each}`).slice(after)
      const taken = await take(carrier, { kind: 'load' }, after, order.length)
      expect(taken.map(({ message }) => message.body)).toEqual(order)
    }),
  )
})

test('a reader that changes what it got changes nobody else’s', async () => {
  const carrier = inProcessCarrier({ clock: { now: () => start }, keptMax: 8 })
  const message = sealedLike('m1')
  await carrier.publish(topicOf('one'), message, '1')
  message.body = 'changed'
  const [first] = await take(carrier, { kind: 'load' }, 0, 1)
  if (first !== undefined) first.message.body = 'changed'
  const [second] = await take(carrier, { kind: 'load' }, 0, 1)
  expect(second?.message.body).toBe('m1')
})
