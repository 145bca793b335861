import { Fault } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { carrierFull, tooLargeToCarry } from './carrier-faults.ts'
import { sealedLike, topicOf } from './carrier.fixture.ts'
import { position, type Carrier, type Position } from './carrier.ts'
import { inTurn } from './in-turn.ts'

/** A carrier in which each publication waits until the test settles it. */
function waiting() {
  const calls: { id: string; keep: () => void; fail: (fault: Fault) => void }[] = []
  const carrier: Pick<Carrier, 'publish'> = {
    publish: (_topic, _message, id) =>
      new Promise<Position>((done, fail) => {
        calls.push({ id, keep: () => done(position(calls.length)), fail })
      }),
  }
  const turned = inTurn(carrier as Carrier)
  const publish = (topic: string, id: string): Promise<Position> =>
    turned.publish(topicOf(topic), sealedLike('m'), id)
  return { calls, publish, ids: () => calls.map(({ id }) => id) }
}

test('of one topic the next goes when the last is kept; another topic does not wait', async () => {
  const { calls, publish, ids } = waiting()
  const all = [publish('one', '1'), publish('one', '2'), publish('other', '3')]
  expect(ids()).toEqual(['1', '3'])
  calls[0]?.keep()
  await all[0]
  expect(ids()).toEqual(['1', '3', '2'])
  for (const each of calls) each.keep()
  await Promise.all(all)
})

test('what waits behind one that failed fails with it, and may come again', async () => {
  const { calls, publish, ids } = waiting()
  const both = Promise.allSettled([publish('one', '1'), publish('one', '2')])
  calls[0]?.fail(carrierFull(topicOf('one')))
  for (const each of await both) expect(each).toMatchObject({ reason: { code: 'CarrierFull' } })
  expect(ids()).toEqual(['1'])
  const again = publish('one', '1')
  calls[1]?.keep()
  expect(await again).toBe(2)
})

test('one that is too large takes nothing of others with it', async () => {
  const { calls, publish, ids } = waiting()
  const [large, other] = [publish('one', 'large'), publish('one', '2')]
  calls[0]?.fail(tooLargeToCarry(topicOf('one')))
  await expect(large).rejects.toMatchObject({ code: 'MessageTooLarge' })
  await expect.poll(ids).toEqual(['large', '2'])
  calls[1]?.keep()
  expect(await other).toBe(2)
})
