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
    numbers: {
      nextCounter: () => BigInt(asked + 1),
      nextVersion: () => asked,
      heldUntil: () => 0,
      close: () => {},
    },
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

test('a round that is overtaken sends nothing more, and is not tried again', async () => {
  const { clock, delays } = recordedWaits(start)
  const [first, second] = [meter, eui64('02-00-00-00-00-00-00-03')]
  const sent: string[] = []
  let version = 0
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const { key } = crypto.generateKey()
  const rounds = createRounds({
    actor: 'supplier',
    // Eight are asked at the same time: the ninth waits for its turn.
    meters: [...Array.from({ length: 8 }, () => first), second],
    publication: {
      dcc: {
        ask: async ({ target }: { target: string }) => {
          if (version === 1) await held
          sent.push(`${version} ${target}`)
          return refused('DeviceUnreachable')
        },
      },
      organisation: eui64('02-00-00-00-00-00-00-01'),
      key,
      crypto,
    },
    numbers: {
      nextCounter: () => 1n,
      nextVersion: () => (version += 1),
      heldUntil: () => 0,
      close: () => {},
    },
    audit: { critical: () => {}, record: () => {} },
    tariffs: { keep: () => {} },
    tell: () => {},
    deps: { clock, log: silentLog },
  } as unknown as Parameters<typeof createRounds>[0])
  const prices = [{ from: start, pencePerKilowattHour: 20 }]
  const overtaken = rounds.publish(prices)
  await rounds.publish(prices)
  release()
  expect((await overtaken).meters.at(-1)).toEqual({ meter: second, problem: 'Superseded' })
  expect(sent.filter((each) => each.endsWith(second))).toEqual([`2 ${second}`])
  expect(delays()).toHaveLength(1)
})
