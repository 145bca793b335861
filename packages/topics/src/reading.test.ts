import { position, type Carrier, type Position } from '@interlock/bus'
import {
  nodeCrypto as crypto,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  type ActorDeps,
} from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import { expect, test, vi } from 'vitest'
import { createKeyrings } from './keyrings.ts'
import { openProgress } from './progress.ts'
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
  const { key } = crypto.generateKey()
  const reading = startReading(
    {
      selection: { kind: 'load' },
      begins: 'first',
      progress,
      handle: () => Promise.resolve(),
    },
    {
      carrier,
      receiver: {
        thumbprint: '',
        key,
        directory,
        keyrings: createKeyrings(),
        clock: systemClock,
        crypto,
      },
      onFinding: () => {},
      deps,
    },
  )
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
