import { limits, topicName, type Topic } from '@interlock/contract'
import { expect, test } from 'vitest'
import type { BusProblem } from './bus.ts'
import { inProcessBus } from './in-process.ts'

const topic = (id: string, kind: Topic['kind'] = 'state'): Topic => ({
  region: 'eastern',
  feeder: 'feeder-1',
  kind,
  id,
})

test('a subscriber gets what its filter names, in the order of publishing', async () => {
  const bus = inProcessBus({ queueMax: 10 })
  const seen: string[] = []
  bus.subscribe('ev/eastern/+/state/#', async ({ id }, message) => {
    await Promise.resolve()
    seen.push(`${id} ${message}`)
  })
  for (let i = 0; i < 5; i++) await bus.publish(topic(`station-${i}`), i)
  await bus.publish(topic('station-9', 'frequency'), 'elsewhere')
  await bus.close()
  expect(seen).toEqual([0, 1, 2, 3, 4].map((i) => `station-${i} ${i}`))
  expect(bus.counts()).toEqual({ published: 6, delivered: 5, dropped: 0, failed: 0 })
})

test('a subscriber that stands still loses its oldest messages and holds nobody up', async () => {
  const problems: BusProblem[] = []
  const bus = inProcessBus({ queueMax: 2, onProblem: (problem) => problems.push(problem) })
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const slow: unknown[] = []
  const quick: unknown[] = []
  bus.subscribe('#', async (_topic, message) => {
    slow.push(message)
    await held
  })
  bus.subscribe('ev/#', (_topic, message) => void quick.push(message))
  for (let i = 0; i < 6; i++) {
    await bus.publish(topic('station-1'), i)
    await Promise.resolve()
  }
  expect(quick).toEqual([0, 1, 2, 3, 4, 5])
  release()
  await bus.close()
  expect(slow).toEqual([0, 4, 5])
  expect(bus.counts().dropped).toBe(3)
  expect(problems.at(-1)).toEqual({ kind: 'lagging', filter: '#', dropped: 3 })
})

test('a handler that fails loses that message only', async () => {
  const problems: BusProblem[] = []
  const bus = inProcessBus({ queueMax: 10, onProblem: (problem) => problems.push(problem) })
  const seen: unknown[] = []
  bus.subscribe('ev/#', (_topic, message) => {
    if (message === 'bad') throw new Error('cannot')
    seen.push(message)
  })
  for (const message of ['one', 'bad', 'two']) await bus.publish(topic('station-1'), message)
  await bus.close()
  expect(seen).toEqual(['one', 'two'])
  expect(problems).toEqual([{ kind: 'failed', filter: 'ev/#', error: new Error('cannot') }])
})

test('each subscriber has a message of its own, taken when it was published', async () => {
  const bus = inProcessBus({ queueMax: 10 })
  const seen: unknown[] = []
  const change = (_topic: Topic, message: unknown): void => {
    seen.push(structuredClone(message))
    Object.assign(message as object, { watts: -1 })
  }
  bus.subscribe('#', change)
  bus.subscribe('#', change)
  const message = { watts: 7400 }
  const published = bus.publish(topic('station-1'), message)
  message.watts = 0
  await published
  await bus.close()
  expect(seen).toEqual([{ watts: 7400 }, { watts: 7400 }])
})

test('nothing arrives after unsubscribing, and nothing is taken after closing', async () => {
  const bus = inProcessBus({ queueMax: 10 })
  const seen: unknown[] = []
  const unsubscribe = bus.subscribe('#', (_topic, message) => void seen.push(message))
  await bus.publish(topic('station-1'), 1)
  unsubscribe()
  await bus.publish(topic('station-1'), 2)
  await bus.close()
  expect(seen).toEqual([1])
  await expect(bus.publish(topic('station-1'), 3)).rejects.toMatchObject({ code: 'BusClosed' })
})

test('a message larger than a frame is refused by name', async () => {
  const bus = inProcessBus({ queueMax: 10 })
  const message = 'x'.repeat(limits.frameBytesMax)
  await expect(bus.publish(topic('station-1'), message)).rejects.toMatchObject({
    code: 'MessageTooLarge',
    message: expect.stringContaining(topicName(topic('station-1'))),
  })
})

test('a delivery holds a stepped clock until its handler is done', async () => {
  let held = 0
  const bus = inProcessBus({
    queueMax: 10,
    activity: {
      begin: () => {
        held++
        return () => held--
      },
      end: () => {},
      within: (_key, work) => work(),
      parked: (work) => work(),
    },
  })
  let release = (): void => {}
  const waiting = new Promise<void>((resolve) => (release = resolve))
  bus.subscribe('#', () => waiting)
  await bus.publish(topic('station-1'), 1)
  expect(held).toBe(1)
  release()
  await bus.close()
  expect(held).toBe(0)
})
