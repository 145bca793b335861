import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { carrierTests, sealedLike, take, topicOf } from '@interlock/bus/carrier.fixture'
import { position, type Carrier, type Position } from '@interlock/bus'
import type { NatsConnection } from '@nats-io/transport-node'
import { topicName } from '@interlock/contract'
import { millis } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleText, lineOf } from './bundle.ts'
import { carriedOf, natsCarrier } from './nats-carrier.ts'
import { hasNatsServer, startNatsServer, type NatsServer } from './nats-server.fixture.ts'
import { prepareStreams } from './streams.ts'
import { streamOf, subjectFilter, subjectOf, topicOfSubject } from './subject.ts'

/** The least that there is. */
const heartbeatMillis = millis(500)
const topic = { region: 'eastern.1', feeder: 'f*', kind: 'load', id: 'a|b@c' } as const

test('a topic is a subject, and reads back as the topic', () => {
  expect(subjectOf(topic)).toBe('ev.eastern%2E1.f%2A.load.a|b@c')
  expect(topicOfSubject(subjectOf(topic))).toEqual(topic)
  expect(topicOfSubject('ev.*.f.load.x')).toMatchObject({ region: '*' })
  expect(topicOfSubject('ev.one.load.x')).toBeUndefined()
})

test('a selection is a filter of subjects', () => {
  expect(subjectFilter({ kind: 'load' })).toBe('ev.*.*.load.*')
  expect(subjectFilter(topic)).toBe(subjectOf(topic))
})

test('what a reader may not read is not parsed for it', () => {
  const parsed: string[] = []
  const text = bundleText(['1'], [lineOf(sealedLike('m1'))])
  const of = (id: string) => ({
    subject: subjectOf(topicOf(id)),
    seq: 1,
    string() {
      parsed.push(id)
      return text
    },
  })
  const never = (): never => expect.unreachable()
  const isOurs = ({ id }: { id: string }): boolean => id === 'ours'
  const given = (id: string) =>
    carriedOf(of(id), { mayRead: isOurs, isNew: () => true, onUnread: never })
  expect([given('theirs'), given('ours')]).toMatchObject([[], [{ message: { body: 'm1' } }]])
  expect(parsed).toEqual(['ours'])
})

test('what is no bundle is told of, and what comes beside it is read', () => {
  const unread: unknown[] = []
  const given = (seq: number, text: string) =>
    carriedOf(
      { subject: subjectOf(topicOf('one')), seq, string: () => text },
      {
        mayRead: () => true,
        isNew: () => true,
        onUnread: ({ id }, sequence) => unread.push([id, sequence]),
      },
    )
  expect(given(3, 'of another release')).toEqual([])
  expect(given(4, bundleText(['1'], [lineOf(sealedLike('m1'))]))).toHaveLength(1)
  expect(unread).toEqual([['one', 3]])
})

if (hasNatsServer) {
  let server: NatsServer
  beforeAll(async () => {
    server = await startNatsServer()
  })
  afterAll(() => server.stop())

  async function emptyCarrier(
    change = (_of: NatsConnection): void => {},
    warn = (_of: object): void => {},
  ): Promise<Carrier> {
    const connection = await server.connect()
    change(connection)
    const manager = await jetstreamManager(connection)
    for (const name of await manager.streams.names().next()) await manager.streams.delete(name)
    await prepareStreams(connection, { replicas: 1, keptMax: 8 })
    return natsCarrier(connection, { heartbeatMillis }, { warn })
  }
  carrierTests(() => emptyCarrier())

  test('a reader whose asking is lost asks anew when the servers stay silent', async () => {
    const asked: { idle_heartbeat: number }[] = []
    const carrier = await emptyCarrier((connection) => {
      const publish = connection.publish.bind(connection)
      connection.publish = (subject, payload, options) => {
        const isAsking = subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')
        if (isAsking) asked.push(JSON.parse(String(payload)) as (typeof asked)[number])
        if (!isAsking || asked.length > 1) publish(subject, payload, options)
      }
    })
    await carrier.publish(topicOf('one'), sealedLike('m1'), '1')
    expect(await take(carrier, { kind: 'load' }, 0, 1)).toHaveLength(1)
    expect(asked.length).toBeGreaterThan(1)
    expect(asked[0]?.idle_heartbeat).toBe(heartbeatMillis * 1_000_000)
    await carrier.close()
  })

  test('a reader that stops leaves nothing behind at the servers', async () => {
    let client: NatsConnection | undefined
    const carrier = await emptyCarrier((connection) => (client = connection))
    const readings = async (): Promise<number | undefined> => {
      const manager = client && (await jetstreamManager(client))
      return (await manager?.streams.info(streamOf('load')))?.state.consumer_count
    }
    await carrier.publish(topicOf('one'), sealedLike('m1'), '1')
    const stop = new AbortController()
    for await (const _first of carrier.read({ kind: 'load' }, position(0), stop.signal)) {
      expect(await readings()).toBe(1)
      break
    }
    await expect.poll(readings).toBe(0)
    await carrier.close()
  })
  test('what is published at once goes together; each has its position, and is read from any', async () => {
    const carrier = await emptyCarrier()
    const names = Array.from({ length: 5 }, (_, i) => `m${i}`)
    const publish = (name: string): Promise<Position> =>
      carrier.publish(topicOf('one'), sealedLike(name), name)
    const at = await Promise.all(names.map(publish))
    expect(await carrier.topics('load')).toEqual([{ topic: topicOf('one'), messages: 1 }])
    const all = await take(carrier, { kind: 'load' }, 0, 5)
    expect(all.map(({ position }) => position)).toEqual(at)
    const from = await take(carrier, { kind: 'load' }, at[2] ?? 0, 2)
    expect(from.map(({ message }) => message.body)).toEqual(['m3', 'm4'])
    await carrier.close()
  })

  test('of what is no bundle the log says so once for a kind; what an earlier release sent is read', async () => {
    const warned: unknown[] = []
    let client: NatsConnection | undefined
    const carrier = await emptyCarrier(
      (connection) => (client = connection),
      (of) => warned.push(of),
    )
    const send = (text: string) =>
      client && jetstream(client).publish(subjectOf(topicOf('one')), text)
    for (const each of ['none', 'none either']) await send(each)
    await send(JSON.stringify({ ids: ['1'], messages: [sealedLike('m1')] }))
    const taken = await take(carrier, { kind: 'load' }, 0, 1)
    expect(taken.map(({ message }) => message.body)).toEqual(['m1'])
    expect(warned).toEqual([{ topic: topicName(topicOf('one')), sequence: 1 }])
    await carrier.close()
  })

  test('what is sent again among others, since nobody said that it was kept, is read once', async () => {
    const carrier = await emptyCarrier()
    const publish = (name: string): Promise<Position> =>
      carrier.publish(topicOf('one'), sealedLike(name), name)
    await publish('m1')
    await Promise.all(['m1', 'm2'].map(publish))
    expect(await carrier.topics('load')).toMatchObject([{ messages: 2 }])
    const taken = await take(carrier, { kind: 'load' }, 0, 2)
    expect(taken.map(({ message }) => message.body)).toEqual(['m1', 'm2'])
    await carrier.close()
  })
} else {
  test.skip('the tests of every carrier, on JetStream: this machine has no nats-server', () => {})
}
