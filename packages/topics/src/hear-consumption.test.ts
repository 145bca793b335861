import type { Topic } from '@interlock/contract'
import { ensureDir, type Closers } from '@interlock/host'
import { Fault, inHours, ok, refused } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { actorPlace, quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import type { HalfHoursRefusal } from './half-hours.ts'
import { consumptionFollowing, hearConsumption } from './hear-consumption.ts'
import type { Received } from './receive.ts'

const topic: Topic = { region: 'eastern', feeder: 'f1', kind: 'consumption', id: 'one' }
const said = { topic, payload: { from: 0, wattHours: [1] } } as unknown as Received

/** How many proofs a reader keeps whose half-hours answer so. */
async function proofsKept(reason?: HalfHoursRefusal): Promise<number> {
  let kept = 0
  const { handle } = consumptionFollowing(() => true, {
    halfHours: { take: () => (reason === undefined ? ok(undefined) : refused(reason)) },
    proofs: { keep: () => void kept++ },
  })
  await handle(said)
  return kept
}

test('what is taken can be proved; what is older than is kept is passed over', async () => {
  expect(await proofsKept()).toBe(1)
  expect(await proofsKept('HalfHourOld')).toBe(0)
})

test.each(['HalfHourNotOver', 'EnergyInvalid'] as const)(
  'what is refused for good as %s is unfit, by that name',
  async (reason) => {
    await expect(proofsKept(reason)).rejects.toMatchObject({
      code: 'MessageUnfit',
      message: reason,
    })
  },
)

test('a reader forgets at its start and each day, also after a day on which it could not, until it is closed', async () => {
  const charging = testHierarchy('charging')
  const identity = charging.certify('supplier')
  const { config, root } = actorPlace(identity, charging.rootPem)
  ensureDir(config.data)
  const nobody = 'https://127.0.0.1:1'
  const clock = testClock(quietDeps.clock.now())
  const closers: Closers = []
  let [forgotten, isFull] = [0, false]
  const forget = (): void => {
    if (isFull) throw new Fault('DiskFull', 'no space left')
    forgotten++
  }
  hearConsumption(
    {
      config: { accessPoint: nobody, keys: nobody, keyServer: '02-00-00-00-00-00-00-98' },
      region: 'eastern',
      homes: [],
      identity,
      trust: root,
      data: config.data,
      hears: () => true,
      days: 1,
      forgets: { forget },
      note: () => {},
      deps: { ...quietDeps, clock },
    },
    closers,
  )
  expect(forgotten).toBe(1)
  isFull = true
  await expect(clock.advance(inHours(24))).rejects.toMatchObject({ code: 'DiskFull' })
  isFull = false
  await clock.advance(inHours(24))
  expect(forgotten).toBe(2)
  for (const close of closers.toReversed()) await close()
  await clock.advance(inHours(24))
  expect(forgotten).toBe(2)
})
