import { inProcessCarrier, position, type Carrier, type Position } from '@interlock/bus'
import {
  nodeCrypto as crypto,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  type ActorDeps,
} from '@interlock/host'
import { Fault, inMinutes, instant, plus, unobserved } from '@interlock/kernel'
import { followFrom } from '@interlock/seal'
import { expect, test, vi } from 'vitest'
import { createKeyrings } from './keyrings.ts'
import { openProgress, type Progress } from './progress.ts'
import { startReading, type Reading } from './reading.ts'
import type { Finding } from './receive.ts'
import { memoryJournal } from './topics.fixture.ts'

const deps: ActorDeps = {
  clock: systemClock,
  wall: systemClock,
  activity: unobserved,
  entropy,
  crypto,
  log: silentLog,
}
const directory = { learn: () => Promise.resolve(undefined), peerOf: () => undefined }

/** A reader of loads that takes nothing. */
const start = (
  carrier: Carrier,
  progress: Progress,
  its: ActorDeps,
  more: { readonly wants?: Reading['wants']; readonly onFinding?: (finding: Finding) => void } = {},
) =>
  startReading(
    {
      selection: { kind: 'load' },
      begins: 'first',
      progress,
      handle: () => Promise.resolve(),
      ...(more.wants && { wants: more.wants }),
    },
    {
      carrier,
      receiver: {
        thumbprint: '',
        key: crypto.generateKey().key,
        directory,
        keyrings: createKeyrings(),
        askLease: () => Promise.resolve(false),
        clock: systemClock,
        crypto,
      },
      onFinding: more.onFinding ?? (() => {}),
      deps: its,
    },
  )

/** Where a reader that was at `at` begins, when the middleware's last message stands at `last`. */
async function begins(at: number, last: number): Promise<Position | undefined> {
  let after: Position | undefined
  const carrier: Carrier = {
    publish: () => Promise.reject(new Error('nobody publishes')),
    topics: () => Promise.resolve([]),
    last: () => Promise.resolve(position(last)),
    async *read(_selection, from, signal) {
      after = from
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      yield* []
    },
    close: () => Promise.resolve(),
  }
  const progress = openProgress(memoryJournal())
  progress.save(position(at))
  const reading = start(carrier, progress, deps)
  await vi.waitFor(() => expect(after).toBeDefined(), { timeout: 20_000, interval: 2 })
  await reading.close()
  return after
}

test('a reader goes on where it was, and from the beginning where the middleware has begun anew', async () => {
  expect(await begins(5, 9)).toBe(5)
  expect(await begins(5, 5)).toBe(5)
  expect(await begins(5, 4)).toBe(0)
  expect(await begins(0, 0)).toBe(0)
})

test('what interrupts a reader at each attempt is logged once, and again when it is something else', async () => {
  let attempts = 0
  const carrier: Carrier = {
    publish: () => Promise.reject(new Error('nobody publishes')),
    topics: () => Promise.resolve([]),
    last() {
      attempts++
      return Promise.reject(
        new Fault('TopicForbidden', attempts <= 5 ? 'no grant' : 'no such kind'),
      )
    },
    read: () => {
      throw new Error('nothing is read')
    },
    close: () => Promise.resolve(),
  }
  const logged: string[] = []
  const warn = (data: { error?: unknown }): void => void logged.push(String(data.error))
  // No attempt waits for the next.
  const wall: ActorDeps['wall'] = {
    now: () => systemClock.now(),
    after(_delay, _label, work) {
      const timer = setImmediate(() => void work())
      return { cancel: () => clearImmediate(timer) }
    },
  }
  const log = { ...silentLog, warn } as ActorDeps['log']
  const reading = start(carrier, openProgress(memoryJournal()), { ...deps, wall, log })
  await vi.waitFor(() => expect(attempts).toBeGreaterThan(10), { timeout: 20_000, interval: 2 })
  await reading.close()
  expect(logged).toHaveLength(2)
  expect(logged[0]).toContain('no grant')
  expect(logged[1]).toContain('no such kind')
})

test('an author that falls silent while a reader is held is told of once the reader goes on', async () => {
  const begun = instant(1_800_000_000_000)
  let now = begun
  let look = (): void => {}
  const wall: ActorDeps['wall'] = {
    now: () => now,
    after(_delay, label, work) {
      if (label === 'silence') {
        look = () => void work()
        return { cancel: () => {} }
      }
      const timer = setImmediate(() => void work())
      return { cancel: () => clearImmediate(timer) }
    },
  }
  const carrier = inProcessCarrier({ clock: wall, keptMax: 10 })
  const topic = { region: 'eastern', feeder: 'f1', kind: 'load', id: 'one' } as const
  await carrier.publish(topic, { head: 'h', body: 'b' }, '1')
  const progress = openProgress(memoryJournal())
  progress.save(position(0), 'ev/eastern/f1/load/one 02-00-00-00-00-00-00-01', followFrom(7, begun))
  let isAway = true
  const held: unknown[] = []
  const found: string[] = []
  const log = { ...silentLog, error: (data: unknown) => void held.push(data) } as ActorDeps['log']
  const reading = start(
    carrier,
    progress,
    { ...deps, wall, log },
    {
      wants() {
        if (isAway) throw new Error('connect ECONNREFUSED')
        return false
      },
      onFinding: ({ reason }) => void found.push(reason),
    },
  )
  await vi.waitFor(() => expect(held).toHaveLength(1), { timeout: 20_000, interval: 2 })
  now = plus(begun, inMinutes(10))
  look()
  expect(found).toEqual([])
  isAway = false
  await vi.waitFor(() => expect(progress.position).toBe(1), { timeout: 20_000, interval: 2 })
  // What waited may have had its word.
  look()
  expect(found).toEqual([])
  look()
  look()
  expect(found).toEqual(['SealSilent'])
  await reading.close()
  await carrier.close()
})
