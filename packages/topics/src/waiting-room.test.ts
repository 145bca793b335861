import { inProcessCarrier, position } from '@interlock/bus'
import { limits, type SealedMessage, type Topic } from '@interlock/contract'
import {
  nodeCrypto as crypto,
  silentLog,
  systemEntropy as entropy,
  type ActorDeps,
} from '@interlock/host'
import { eui64, Fault, instant, millis, ok, plus, toBase64Url, unobserved } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { sealData, type EpochKey } from '@interlock/seal'
import { expect, test, vi } from 'vitest'
import { createKeyrings } from './keyrings.ts'
import { leaseAsker, leaseAwayMillis } from './leases.ts'
import { openProgress } from './progress.ts'
import { startReading } from './reading.ts'
import { memoryJournal } from './topics.fixture.ts'
import { createWaitingRoom, waitingMax } from './waiting-room.ts'

const begun = instant(1_800_000_000_000)
const eui = eui64('02-00-00-00-00-02-00-01')
const [author, reader] = ['author', 'reader'].map((each) => each.padEnd(43, 'A')) as [
  string,
  string,
]
const key = crypto.ephemeralKey()
const epoch: EpochKey = { epoch: 1, key: entropy.bytes(32) }
const peer = { eui, organisation: eui, role: 'csms', thumbprint: author } as unknown as Peer
const topicOf = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'load', id })
const eventually = (what: () => void) => vi.waitFor(what, { timeout: 20_000, interval: 2 })

const said = (topic: Topic, sequence: number): SealedMessage =>
  sealData(
    {
      topic,
      payload: { at: begun, watts: sequence, chargers: 1 },
      sequence,
      at: begun,
      expiresAt: plus(begun, millis(3_600_000)),
    },
    { eui, role: 'csms', thumbprint: author, key },
    { epoch },
    { crypto, entropy },
  )

/** A middleware that has brought both keys, and the lease of `leased` alone; the key server is away. */
function world() {
  let now = begun
  const waits: (() => unknown)[] = []
  const wall: ActorDeps['wall'] = {
    now: () => now,
    after(_delay, label, work) {
      if (label === 'waiting') waits.push(work)
      if (label === 'waiting' || label === 'silence') return { cancel: () => {} }
      const timer = setImmediate(() => void work())
      return { cancel: () => clearImmediate(timer) }
    },
  }
  const carrier = inProcessCarrier({ clock: wall, keptMax: 1_000 })
  const journal = memoryJournal()
  let isAway = true
  const standing = { epoch: 1, until: begun + limits.leaseMillis, ended: [] }
  function read() {
    const keyrings = createKeyrings()
    for (const id of ['leased', 'unleased'])
      keyrings.take(
        { ...topicOf(id), kind: 'epoch', id: `load.${id}` },
        { epoch: 1, key: toBase64Url(epoch.key), ended: [] },
      )
    keyrings.takeStanding(topicOf('leased'), standing)
    const standingOf = () =>
      isAway ? Promise.reject(new Fault('PeerUnavailable', 'away')) : Promise.resolve(ok(standing))
    const taken: string[] = []
    const found: string[] = []
    const progress = openProgress(journal)
    const reading = startReading(
      {
        selection: { kind: 'load' },
        begins: 'start',
        progress,
        handle: ({ head, topic }) => Promise.resolve(void taken.push(`${topic.id} ${head.seq}`)),
      },
      {
        carrier,
        receiver: {
          thumbprint: reader,
          key,
          directory: { learn: () => Promise.resolve(peer), peerOf: () => peer },
          keyrings,
          askLease: leaseAsker({ standingOf }, keyrings, wall),
          clock: wall,
          crypto,
        },
        onFinding: ({ reason }) => found.push(reason),
        deps: { clock: wall, wall, activity: unobserved, entropy, crypto, log: silentLog },
      },
    )
    return { ...reading, progress, taken, found }
  }
  return {
    read,
    say: (id: string, sequence: number) =>
      carrier.publish(topicOf(id), said(topicOf(id), sequence), `${id} ${sequence}`),
    back: async () => {
      isAway = false
      now = plus(now, millis(leaseAwayMillis))
      for (const work of waits.splice(0)) await work()
    },
    close: () => carrier.close(),
  }
}

test('a topic without a lease waits while the key server is away, and holds up no other', async () => {
  const { read, say, back, close } = world()
  for (const sequence of [1, 2]) {
    await say('unleased', sequence)
    await say('leased', sequence)
  }
  const one = read()
  await eventually(() => expect(one.progress.position).toBe(4))
  expect(one.taken).toEqual(['leased 1', 'leased 2'])
  await back()
  expect(one.taken).toEqual(['leased 1', 'leased 2', 'unleased 1', 'unleased 2'])
  await say('unleased', 3)
  await eventually(() => expect(one.taken.at(-1)).toBe('unleased 3'))
  expect([one.found, one.progress.waiting]).toEqual([[], []])
  await one.close()
  await close()
})

test('what waits is read again after a restart, and nothing else is taken twice', async () => {
  const { read, say, back, close } = world()
  for (const id of ['unleased', 'leased']) await say(id, 1)
  await say('unleased', 2)
  const before = read()
  await eventually(() => expect(before.progress.position).toBe(3))
  await before.close()
  const after = read()
  await say('leased', 2)
  await eventually(() => expect(after.progress.position).toBe(4))
  expect([before.taken, after.taken]).toEqual([['leased 1'], ['leased 2']])
  await back()
  expect(after.taken).toEqual(['leased 2', 'unleased 1', 'unleased 2'])
  expect(after.found).toEqual([])
  await after.close()
  await close()
})

test('so much waits of one topic, the newest', () => {
  const room = createWaitingRoom()
  const message = { head: 'h', body: 'b' }
  const put = (at: number, id = 'one') =>
    room.put({ topic: topicOf(id), position: position(at), message })?.position
  for (let at = 1; at <= waitingMax.ofTopic; at++) expect(put(at)).toBeUndefined()
  expect(put(1_000)).toBe(1)
  expect(put(1_001, 'two')).toBeUndefined()
  expect(room.first(topicOf('one'))?.position).toBe(2)
  expect(room.positions).toHaveLength(waitingMax.ofTopic + 1)
})
