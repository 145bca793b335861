import { jetstreamManager } from '@nats-io/jetstream'
import { carrierTests } from '@interlock/bus/carrier.fixture'
import type { Carrier } from '@interlock/bus'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { natsCarrier } from './nats-carrier.ts'
import { hasNatsServer, startNatsServer, type NatsServer } from './nats-server.fixture.ts'
import { prepareStreams } from './streams.ts'
import { subjectFilter, subjectOf, topicOfSubject } from './subject.ts'

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

if (hasNatsServer) {
  let server: NatsServer
  beforeAll(async () => {
    server = await startNatsServer()
  })
  afterAll(() => server.stop())

  async function emptyCarrier(): Promise<Carrier> {
    const connection = await server.connect()
    const manager = await jetstreamManager(connection)
    for (const name of await manager.streams.names().next()) await manager.streams.delete(name)
    await prepareStreams(connection, { replicas: 1, keptMax: 8 })
    return natsCarrier(connection)
  }
  carrierTests(emptyCarrier)
} else {
  test.skip('the tests of every carrier, on JetStream: this machine has no nats-server', () => {})
}
