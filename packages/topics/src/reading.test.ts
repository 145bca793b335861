import { position, type Carrier, type Position } from '@interlock/bus'
import {
  nodeCrypto as crypto,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  type ActorDeps,
} from '@interlock/host'
import { Fault, unobserved } from '@interlock/kernel'
import { expect, test, vi } from 'vitest'
import { createKeyrings } from './keyrings.ts'
import { openProgress, type Progress } from './progress.ts'
import { startReading } from './reading.ts'
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
const start = (carrier: Carrier, progress: Progress, its: ActorDeps) =>
  startReading(
    { selection: { kind: 'load' }, begins: 'first', progress, handle: () => Promise.resolve() },
    {
      carrier,
      receiver: {
        thumbprint: '',
        key: crypto.generateKey().key,
        directory,
        keyrings: createKeyrings(),
        clock: systemClock,
        crypto,
      },
      onFinding: () => {},
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
