import { nodeCrypto as crypto, silentLog } from '@interlock/host'
import { eui64, instant, refused } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createRounds } from './rounds.ts'
import { recordedWaits } from './waits.fixture.ts'

const meter = eui64('02-00-00-00-00-00-00-02')
const start = instant(Date.UTC(2026, 0, 5, 18))

test('a meter that is away for days is tried until it is told, ever less often', async () => {
  const { clock, wait, delays } = recordedWaits(start)
  let [asked, kept] = [0, 0]
  const { key } = crypto.generateKey()
  const rounds = createRounds({
    actor: 'supplier',
    meters: [meter],
    publication: {
      dcc: {
        ask: () => {
          asked++
          return Promise.resolve(refused('DeviceUnreachable'))
        },
      },
      organisation: eui64('02-00-00-00-00-00-00-01'),
      key,
      crypto,
    },
    numbers: { nextCounter: () => BigInt(asked + 1), nextVersion: () => asked, close: () => {} },
    audit: { critical: () => {}, record: () => {} },
    tariffs: { keep: () => kept++ },
    tell: () => {},
    deps: { clock, log: silentLog },
  } as unknown as Parameters<typeof createRounds>[0])
  const { meters } = await rounds.publish([{ from: start, pencePerKilowattHour: 20 }])
  expect(meters).toEqual([{ meter, problem: 'DeviceUnreachable' }])
  for (let tries = 0; tries < 48; tries++) await wait()
  expect(asked).toBe(49)
  // For bills it was published once.
  expect(kept).toBe(1)
  const minutes = delays().map((delay) => delay / 60_000)
  expect(minutes.slice(0, 6)).toEqual([1, 2, 4, 8, 15, 15])
  expect(minutes.at(-1)).toBe(15)
})
