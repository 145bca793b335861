import { inProcessCarrier, position } from '@interlock/bus'
import { limits, parseTopic, type SealedMessage, type Topic } from '@interlock/contract'
import {
  nodeCrypto as crypto,
  silentLog,
  systemEntropy as entropy,
  type ActorDeps,
} from '@interlock/host'
import { eui64, Fault, instant, millis, ok, plus, toBase64Url, unobserved } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { sealData, type EpochKey } from '@interlock/seal'
import type { Journal } from '@interlock/store'
import { expect, test, vi } from 'vitest'
import { openDeadLetters } from './dead-letters.ts'
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

const said = (topic: Topic, sequence: number, of: EpochKey): SealedMessage =>
  sealData(
    {
      topic,
      payload: { at: begun, watts: sequence, chargers: 1 },
      sequence,
      at: begun,
      expiresAt: plus(begun, millis(3_600_000)),
    },
    { eui, role: 'csms', thumbprint: author, key },
    { epoch: of },
    { crypto, entropy },
  )

/** A middleware that has brought both keys, and the lease of `leased` alone; the key server is away. */
function world({ handle = () => {} }: { readonly handle?: (what: string) => void } = {}) {
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
  const disk = { isFull: false }
  const onDisk = (): Journal => {
    const kept = memoryJournal()
    const append = (entry: unknown): void => {
      if (disk.isFull) throw new Fault('DiskFull', 'no space left')
      kept.append(entry)
    }
    return { ...kept, append }
  }
  const journal = onDisk()
  const deadLetters = openDeadLetters(onDisk())
  let isAway = true
  const standing = { epoch: 1, until: begun + limits.leaseMillis, ended: [] }
  const begunAnew = { ...standing, epoch: 2, ended: [{ epoch: 1, until: standing.until }] }
  function read() {
    const keyrings = createKeyrings()
    for (const id of ['leased', 'unleased', 'other'])
      keyrings.take(
        { ...topicOf(id), kind: 'epoch', id: `load.${id}` },
        { epoch: 1, key: toBase64Url(epoch.key), ended: [] },
      )
    keyrings.takeStanding(topicOf('leased'), standing)
    const standingOf = ({ id }: Topic) =>
      isAway
        ? Promise.reject(new Fault('PeerUnavailable', 'away'))
        : Promise.resolve(ok(id === 'other' ? begunAnew : standing))
    const taken: string[] = []
    const found: string[] = []
    let held = 0
    const error = (_: unknown, what: string): void => {
      if (what === 'reading is held') held++
    }
    const log = { ...silentLog, error } as ActorDeps['log']
    const progress = openProgress(journal)
    const reading = startReading(
      {
        selection: { kind: 'load' },
        begins: 'start',
        progress,
        async handle({ head, topic }) {
          await Promise.resolve()
          handle(`${topic.id} ${head.seq}`)
          taken.push(`${topic.id} ${head.seq}`)
        },
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
        deadLetters,
        deps: { clock: wall, wall, activity: unobserved, entropy, crypto, log },
      },
    )
    return { ...reading, progress, taken, found, held: () => held }
  }
  const look = async (times = 1): Promise<void> => {
    for (let i = 0; i < times; i++) for (const work of waits.splice(0)) await work()
  }
  return {
    read,
    disk,
    letters: () =>
      deadLetters.list.map(({ topic, reason, author: of, position: at }) => ({
        id: parseTopic(topic)?.id,
        reason,
        author: of,
        at,
      })),
    say: (id: string, sequence: number, of = epoch) =>
      carrier.publish(topicOf(id), said(topicOf(id), sequence, of), `${id} ${sequence}`),
    back: async () => {
      isAway = false
      now = plus(now, millis(leaseAwayMillis))
      await look()
    },
    look,
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

test('so much waits of one topic, and of all', () => {
  const room = createWaitingRoom()
  const message = { head: 'h', body: 'b' }
  const put = (at: number, id = 'one'): void =>
    room.put({ topic: topicOf(id), position: position(at), message })
  for (let at = 1; at <= waitingMax.ofTopic; at++) {
    expect(room.isFullFor(topicOf('one'))).toBe(false)
    put(at)
  }
  expect(room.isFullFor(topicOf('one'))).toBe(true)
  expect(room.isFullFor(topicOf('two'))).toBe(false)
  room.shift(topicOf('one'))
  put(1_000)
  expect(room.first(topicOf('one'))?.position).toBe(2)
  expect(room.positions).toHaveLength(waitingMax.ofTopic)
  for (let at = 2_000; room.positions.length < waitingMax.all; at++) put(at, `${at}`)
  expect(room.isFullFor(topicOf('two'))).toBe(true)
})

const often = limits.deliveryAttemptsMax

test('handlers that fail on two topics are each tried so often, and neither topic is held for ever', async () => {
  const tried: string[] = []
  const { read, say, back, look, letters, close } = world({
    handle(what) {
      tried.push(what)
      if (what !== 'other 2') throw new TypeError('a mistake')
    },
  })
  for (const [id, sequence] of [
    ['unleased', 1],
    ['other', 1],
    ['unleased', 2],
    ['other', 2],
  ] as const)
    await say(id, sequence)
  const one = read()
  await eventually(() => expect(one.progress.position).toBe(4))
  await back()
  await look(2 * often)
  const times = (what: string): number => tried.filter((each) => each === what).length
  expect(['unleased 1', 'other 1', 'unleased 2', 'other 2'].map(times)).toEqual([
    often,
    often,
    often,
    1,
  ])
  expect(letters().map(({ id, at }) => [id, at])).toEqual([
    ['unleased', 1],
    ['other', 2],
    ['unleased', 3],
  ])
  for (const each of letters()) expect(each).toMatchObject({ reason: 'ReaderFailed', author: eui })
  expect([one.taken, one.found, one.progress.waiting]).toEqual([
    ['other 2'],
    Array(3).fill('ReaderFailed'),
    [],
  ])
  await one.close()
  await close()
})

test('a key that is missing for what waits leaves the place of other authors as it is', async () => {
  const { read, say, back, look, letters, close } = world()
  await say('other', 1)
  await say('other', 2, { epoch: 2, key: entropy.bytes(32) })
  await say('unleased', 1)
  const one = read()
  await eventually(() => expect(one.progress.position).toBe(3))
  await back()
  await say('unleased', 2)
  await eventually(() => expect(one.progress.position).toBe(4))
  await look(often)
  expect(letters()).toMatchObject([{ id: 'other', reason: 'SealEpochUnknown', at: 2 }])
  await say('unleased', 3)
  await eventually(() => expect(one.progress.position).toBe(5))
  expect(one.taken).toEqual(['other 1', 'unleased 1', 'unleased 2', 'unleased 3'])
  expect(one.found).toEqual(['SealEpochUnknown'])
  await one.close()
  await close()
})

test('a disk that is full for a while ends no waiting, loses nothing and has nothing taken twice', async () => {
  const { read, say, back, look, disk, letters, close } = world({
    handle(what) {
      if (what === 'unleased 1') throw new Fault('MessageUnfit', 'no such feeder')
    },
  })
  for (const sequence of [1, 2]) for (const id of ['unleased', 'other']) await say(id, sequence)
  const one = read()
  await eventually(() => expect(one.progress.position).toBe(4))
  disk.isFull = true
  await back()
  await look(2)
  // Each topic is at its first: one that cannot be put aside, and one whose taking cannot be written down.
  expect([one.taken, letters(), one.found]).toEqual([['other 1'], [], []])
  disk.isFull = false
  await look()
  expect(letters()).toMatchObject([{ id: 'unleased', reason: 'SealContent', at: 1 }])
  expect(one.taken).toEqual(['other 1', 'unleased 2', 'other 2'])
  expect([one.found, one.progress.waiting]).toEqual([['SealContent'], []])
  await one.close()
  await close()
})

test('what is pushed out is put aside before it gives its place, however full the disk is', async () => {
  const { read, say, disk, letters, close } = world()
  const { ofTopic } = waitingMax
  for (let sequence = 1; sequence <= ofTopic; sequence++) await say('unleased', sequence)
  const one = read()
  await eventually(() => expect(one.progress.position).toBe(ofTopic))
  disk.isFull = true
  await say('unleased', ofTopic + 1)
  await eventually(() => expect(one.held()).toBe(1))
  expect([letters(), one.progress.position]).toEqual([[], ofTopic])
  disk.isFull = false
  await eventually(() => expect(one.progress.position).toBe(ofTopic + 1))
  expect(letters()).toMatchObject([{ reason: 'SealEpochUnknown', at: 1 }])
  expect(one.progress.waiting).toHaveLength(ofTopic)
  expect(one.progress.waiting[0]).toBe(2)
  await one.close()
  await close()
})
