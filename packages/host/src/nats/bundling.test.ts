import { carrierFull } from '@interlock/bus'
import { topicOf } from '@interlock/bus/carrier.fixture'
import { expect, test } from 'vitest'
import { bundling } from './bundling.ts'

/** Servers by which each bundle waits until the test settles it. */
function waiting() {
  const sent: { ids: readonly string[]; keep: () => void; fail: (cause: Error) => void }[] = []
  const bundles = bundling(
    (_topic, ids) =>
      new Promise((done, fail) => {
        const sequence = sent.length + 1
        sent.push({ ids, keep: () => done(sequence), fail })
      }),
  )
  const publish = (topic: string, id: string, text = '{}') =>
    bundles.publish(topicOf(topic), text, id).catch((cause: unknown) => cause)
  return { sent, publish, ids: () => sent.map(({ ids }) => ids.join()) }
}

test('what is said together goes together, topic by topic, and each has its own position', async () => {
  const { sent, publish, ids } = waiting()
  const all = [publish('one', '1'), publish('one', '2'), publish('other', '3')]
  await expect.poll(ids).toEqual(['1,2', '3'])
  for (const { keep } of sent) keep()
  expect(await Promise.all(all)).toEqual([1, 2, 65])
})

test('of one topic the next go when the last are kept; another topic does not wait', async () => {
  const { sent, publish, ids } = waiting()
  const first = publish('one', '1')
  await expect.poll(ids).toEqual(['1'])
  const later = [publish('one', '2'), publish('one', '3'), publish('other', '4')]
  await expect.poll(ids).toEqual(['1', '4'])
  sent[0]?.keep()
  await first
  await expect.poll(ids).toEqual(['1', '4', '2,3'])
  for (const { keep } of sent) keep()
  expect(await Promise.all(later)).toEqual([129, 130, 65])
})

test('what waits behind one that failed fails with it, and may come again', async () => {
  const { sent, publish, ids } = waiting()
  const first = publish('one', '1')
  await expect.poll(ids).toEqual(['1'])
  const behind = publish('one', '2')
  sent[0]?.fail(carrierFull(topicOf('one')))
  for (const each of await Promise.all([first, behind]))
    expect(each).toMatchObject({ code: 'CarrierFull' })
  const again = [publish('one', '1'), publish('one', '2')]
  await expect.poll(ids).toEqual(['1', '1,2'])
  sent[1]?.keep()
  expect(await Promise.all(again)).toEqual([65, 66])
})

test('a bundle is no larger than a message may be, and one alone is a bundle whatever its size', async () => {
  const { sent, publish, ids } = waiting()
  const large = 'x'.repeat(200_000)
  const all = ['1', '2'].map((id) => publish('one', id, large))
  await expect.poll(ids).toEqual(['1'])
  sent[0]?.keep()
  await expect.poll(ids).toEqual(['1', '2'])
  sent[1]?.keep()
  await Promise.all(all)
  const many = Array.from({ length: 65 }, (_, i) => publish('many', `${i}`))
  await expect.poll(() => sent[2]?.ids.length).toBe(64)
  sent[2]?.keep()
  await expect.poll(() => sent[3]?.ids.length).toBe(1)
  sent[3]?.keep()
  await Promise.all(many)
})

test('who comes when too many wait is turned away by name, and loses nothing of the others', async () => {
  const { sent, publish } = waiting()
  const all = Array.from({ length: 4_096 }, (_, i) => publish(`t${i % 64}`, `${i}`))
  expect(await publish('late', 'late')).toMatchObject({ code: 'CarrierFull' })
  await expect.poll(() => sent.length).toBe(64)
  for (const { keep } of sent) keep()
  expect(new Set(await Promise.all(all)).size).toBe(4_096)
  const next = publish('late', 'late')
  await expect.poll(() => sent.length).toBe(65)
  sent[64]?.keep()
  expect(await next).toBe(64 * 64 + 1)
})
