import { carrierTests, sealedLike, take, topicOf } from '@interlock/bus/carrier.fixture'
import { position, type Carried, type Carrier } from '@interlock/bus'
import type { TopicKind } from '@interlock/contract'
import { unobserved, type Activity } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
import { quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { clientsOf, configOf, grantOf, ordinaryBroker, parties } from './broker.fixture.ts'
import { startBroker } from './index.ts'

const closing: (() => Promise<void>)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))
const { csms, dso, rival } = parties

async function opened(...like: Parameters<typeof ordinaryBroker>) {
  const running = await ordinaryBroker(...like)
  closing.push(async () => {
    await running.close()
    await running.broker.close()
  })
  return running
}

/** What is in flight, by key. */
function activityKept() {
  const inFlight = new Set<string>()
  const end = (key: string): void => void inFlight.delete(key)
  const activity: Activity = {
    ...unobserved,
    begin(key) {
      inFlight.add(key)
      return () => end(key)
    },
    end,
  }
  return { activity, inFlight }
}

const bodyOf = (carried: Carried | undefined) => carried?.message.body

/** Of each kind, its publisher's and its reader's access in one, as the tests of carriers know them. */
async function bothSides(): Promise<Carrier> {
  const { csms, dso } = await opened()
  const publishing = (kind: TopicKind) => (kind === 'capacity' ? dso : csms).carrier
  const reading = (kind: TopicKind) => (kind === 'capacity' ? csms : dso).carrier
  return {
    publish: (topic, message, id) => publishing(topic.kind).publish(topic, message, id),
    read: (selection, ...how) => reading(selection.kind).read(selection, ...how),
    last: (kind) => reading(kind).last(kind),
    topics: (kind) => reading(kind).topics(kind),
    async close() {
      await csms.carrier.close()
      await dso.carrier.close()
    },
  }
}
carrierTests(bothSides, test, csms.peer.organisation)

test('who publishes or reads what it was not granted is refused by name, whatever its role', async () => {
  const { csms: client, rival: other, dso: reader, keyserver, granting } = await opened()
  const message = sealedLike('m')
  const forbidden = { code: 'TopicForbidden' }
  // Of the right role, and of another organisation; then of the wrong role.
  await expect(other.carrier.publish(topicOf('x'), message, '1')).rejects.toMatchObject(forbidden)
  await expect(reader.carrier.publish(topicOf('x'), message, '1')).rejects.toMatchObject(forbidden)
  await expect(
    client.carrier.publish({ ...topicOf('load.x'), kind: 'lease' }, message, '1'),
  ).rejects.toMatchObject(forbidden)
  expect(await client.carrier.publish(topicOf('x'), message, '1')).toBe(1)
  const lease = { ...topicOf('load.x'), kind: 'lease' } as const
  expect(await keyserver.carrier.publish(lease, message, '1')).toBe(1)
  await expect(take(other.carrier, { kind: 'load' }, 0, 1)).rejects.toMatchObject({
    code: 'NotPermitted',
  })
  // With the grant it may, on that feeder alone.
  expect(await granting('PUT', grantOf(rival, 'publish', 'load', 'f2'))).toBe(204)
  expect(await other.carrier.publish(topicOf('x', 'load', 'f2'), message, '1')).toBe(2)
  await expect(other.carrier.publish(topicOf('x'), message, '2')).rejects.toMatchObject(forbidden)
  // A lease of a topic is for those who have to do with it.
  expect(await take(client.carrier, { kind: 'lease' }, 0, 1)).toHaveLength(1)
})

test('a grant is for administrators to give; what is revoked goes to nobody from then on', async () => {
  const { csms: client, dso: reader, granting } = await opened()
  const all = grantOf(dso, 'read', 'load')
  expect(await granting('DELETE', all, 'stranger')).toBe(403)
  expect(await granting('DELETE', all, 'csms')).toBe(403)
  const stop = new AbortController()
  const reading = reader.carrier.read({ kind: 'load' }, position(0), stop.signal)
  const messages = reading[Symbol.asyncIterator]()
  const next = async () => bodyOf((await messages.next()).value)
  await client.carrier.publish(topicOf('x'), sealedLike('before'), '1')
  expect(await next()).toBe('before')
  expect(await granting('PUT', grantOf(dso, 'read', 'load', 'f2'))).toBe(204)
  expect(await granting('DELETE', all)).toBe(204)
  expect(await granting('DELETE', all)).toBe(404)
  await client.carrier.publish(topicOf('x'), sealedLike('after'), '2')
  await client.carrier.publish(topicOf('x', 'load', 'f2'), sealedLike('elsewhere'), '3')
  expect(await next()).toBe('elsewhere')
  stop.abort()
})

test('what goes out is in flight until its reader asks for the next, or is gone', async () => {
  const { activity, inFlight } = activityKept()
  const { csms: client, dso: reader } = await opened({}, activity)
  for (const id of ['1', '2', '3'])
    await client.carrier.publish(topicOf('x'), sealedLike(`m${id}`), id)
  const gone = new AbortController()
  const lines = reader.carrier.read({ kind: 'load' }, position(0), gone.signal)
  const next = lines[Symbol.asyncIterator]()
  await next.next()
  const [first] = inFlight
  expect(first).toMatch(/^line\//)
  await next.next()
  expect(inFlight).not.toContain(first)
  expect(inFlight.size).toBeGreaterThan(0)
  gone.abort()
  await next.next()
  await expect.poll(() => inFlight.size).toBe(0)
})

test('nobody takes the name of a message of another client; a flood is told to wait, a share is no larger', async () => {
  const {
    csms: client,
    rival: other,
    dso: reader,
    granting,
  } = await opened({
    pace: { burst: 3, perSecond: 1 },
    shareMax: 2,
  })
  await granting('PUT', grantOf(rival, 'publish', 'load'))
  await other.carrier.publish(topicOf('x'), sealedLike('theirs'), 'csms 1')
  await client.carrier.publish(topicOf('x'), sealedLike('ours'), 'csms 1')
  const taken = await take(reader.carrier, { kind: 'load' }, 0, 2)
  expect(taken.map(({ message }) => message.body)).toEqual(['theirs', 'ours'])
  const flood = [1, 2, 3, 4].map((i) =>
    client.carrier.publish(topicOf('x'), sealedLike(`m${i}`), `${i}`),
  )
  const outcomes = await Promise.allSettled(flood)
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
  expect(outcomes[0]).toMatchObject({ reason: { code: 'RateExceeded' } })
  expect(await other.carrier.publish(topicOf('x'), sealedLike('m'), '2')).toBe(3)
  // There is room for eight; one organisation has its share of it, and the others theirs.
  const third = other.carrier.publish(topicOf('y'), sealedLike('m'), '3')
  await expect(third).rejects.toMatchObject({ code: 'ShareExceeded' })
  expect(await client.carrier.publish(topicOf('x'), sealedLike('m'), '5')).toBe(4)
})

test('what was taken, and what was granted, is there after a restart; positions go on, and shares', async () => {
  const config = { ...configOf(), shareMax: 4 }
  const first = await startBroker(config, quietDeps)
  const before = clientsOf(first)
  for (const grant of [grantOf(csms, 'publish', 'load'), grantOf(dso, 'read', 'load')])
    await before.granting('PUT', grant)
  for (let i = 1; i <= 3; i++)
    await before.csms.carrier.publish(topicOf('x'), sealedLike(`m${i}`), `${i}`)
  await before.close()
  await first.close()
  const second = await startBroker(config, quietDeps)
  const after = clientsOf(second)
  expect(await after.csms.carrier.publish(topicOf('x'), sealedLike('m3'), '3')).toBe(3)
  expect(await after.csms.carrier.publish(topicOf('x'), sealedLike('m4'), '4')).toBe(4)
  const beyond = after.csms.carrier.publish(topicOf('x'), sealedLike('m5'), '5')
  await expect(beyond).rejects.toMatchObject({ code: 'ShareExceeded' })
  const taken = await take(after.dso.carrier, { kind: 'load' }, 1, 3)
  expect(taken.map(({ message }) => message.body)).toEqual(['m2', 'm3', 'm4'])
  await after.close()
  await second.close()
})

test(
  'every door is for the roles of its row, over every role of both roots',
  async () => {
    const { broker } = await opened()
    const { charging, supervisor } = parties
    const smartMeter = testHierarchy('smartMeter')
    const readers = ['station', 'csms', 'dsrsp', 'supplier', 'dso', 'emsp'] as const
    const problems = await wronglyOpen({
      port: broker.port,
      doors: broker.doors,
      root: charging.rootPem,
      hierarchy: 'charging',
      certify: (role) => charging.certify(role, supervisor.peer.organisation),
      certifyElsewhere: (role) => smartMeter.certify(role),
      table: {
        'GET /healthz': ['supervisor', 'web'],
        'POST /api/v1/messages': ['station', 'csms', 'dso', 'keyserver'],
        'GET /api/v1/messages': readers,
        'GET /api/v1/topics': [...readers, 'keyserver', 'supervisor'],
        'GET /api/v1/positions/:kind': readers,
        'GET /api/v1/grants': ['supervisor'],
        'PUT /api/v1/grants': ['supervisor'],
        'DELETE /api/v1/grants': ['supervisor'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)
