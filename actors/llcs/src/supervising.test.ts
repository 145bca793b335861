import { silentLog } from '@interlock/host'
import { inHours, inSeconds, plus, toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFrom } from './fixture/hub.fixture.ts'
import { crypto } from './fixture/parties.fixture.ts'
import { scene, start, type Scene } from './fixture/scene.fixture.ts'
import type { Llcs } from './llcs.ts'
import { createSupervising } from './supervising.ts'

const preAuthorise = async ({ hub }: Scene) => {
  const arm = armFrom(start, { use: 'ECS47e', until: plus(start, inHours(6)) })
  await hub.deliver(arm.bytes)
  return arm
}
const sample = ({ llcs, clock }: Scene, hertz: number) =>
  llcs.hardware.frequency({ at: clock.now(), hertz })

test('a sample below the deadband has armed the charger when its promise resolves', async () => {
  const to = await scene()
  const arm = await preAuthorise(to)
  await sample(to, 49.9)
  expect(to.station.of('respond')).toEqual([])
  await sample(to, 49.7)
  expect(to.station.of('respond')).toMatchObject([
    { digest: arm.digest, hertz: 49.7, measuredAt: start },
  ])
  expect(to.llcs.supervision()).toBe('armed')
})

test('without a pre-authorisation valid now nothing is armed', async () => {
  const to = await scene()
  await sample(to, 49.5)
  const later = armFrom(start, { use: 'ECS47e', from: plus(start, inSeconds(60)) })
  await to.hub.deliver(later.bytes)
  await sample(to, 49.5)
  expect(to.station.of('respond')).toEqual([])
})

test('an arm of the owner is no pre-authorisation', async () => {
  const to = await scene()
  await to.hub.deliver(armFrom(start).bytes)
  await sample(to, 49.5)
  expect(to.station.of('respond')).toEqual([])
})

test('after recovery the load is given back, and the arm has served', async () => {
  const to = await scene()
  const arm = await preAuthorise(to)
  await sample(to, 49.7)
  for (let second = 0; second <= 10; second++) {
    await to.clock.advance(1_000)
    await sample(to, 49.95)
  }
  expect(to.station.of('restore')).toMatchObject([{ digest: arm.digest }])
  await sample(to, 49.7)
  expect(to.station.of('respond')).toHaveLength(1)
  const second = await preAuthorise(to)
  await sample(to, 49.7)
  expect(to.station.of('respond').at(-1)?.digest).toBe(second.digest)
})

test('a charger that disagrees for the moment is asked again, one that refuses is not', async () => {
  const to = await scene()
  await preAuthorise(to)
  to.station.answer = () => 'FrequencyDisagrees'
  await sample(to, 49.7)
  await sample(to, 49.7)
  expect(to.station.of('respond')).toHaveLength(2)
  to.station.answer = () => 'Overridden'
  await sample(to, 49.7)
  await sample(to, 49.6)
  expect(to.station.of('respond')).toHaveLength(3)
})

test('samples are taken in turn, however fast they come', async () => {
  const to = await scene()
  await preAuthorise(to)
  await Promise.all([sample(to, 49.7), sample(to, 49.6), sample(to, 49.5)])
  expect(to.station.of('respond').map(({ hertz }) => hertz)).toEqual([49.7, 49.6, 49.5])
})

test('a sample that fails is told to who gave it, and the next is watched all the same', async () => {
  let disk: 'full' | 'good' = 'full'
  const supervising = createSupervising({
    config: { deadbandHertz: 0.2, dwellMillis: 10_000, durationMillisMax: 60_000, stepHertz: 0.2 },
    deps: { clock: { now: () => start } },
    keeper: { memory: { arms: [] } },
    get anchors() {
      if (disk === 'full') throw new Error('no space')
      return {}
    },
  } as unknown as Llcs)
  const failed = supervising.sample({ at: start, hertz: 49.9 })
  await expect(failed).rejects.toThrow('no space')
  disk = 'good'
  await supervising.sample({ at: start, hertz: 49.8 })
  expect(supervising.lowestHertz).toBe(49.8)
})

test('what cannot be kept arms nothing: the load is given back, and the frequency must recover first', async () => {
  let disk: 'full' | 'good' = 'good'
  const told: string[] = []
  const arm = armFrom(start, { use: 'ECS47e', until: plus(start, inHours(6)) })
  const write = (kind: string): void => {
    if (disk === 'full') throw new Error(`no space for ${kind}`)
  }
  const supervising = createSupervising({
    config: { deadbandHertz: 0.2, dwellMillis: 10_000, durationMillisMax: 60_000, stepHertz: 0.2 },
    deps: { clock: { now: () => start }, crypto, log: silentLog },
    keeper: { memory: { arms: [{ bytes: toBase64(arm.bytes) }] }, commit: write },
    audit: { critical: write, record: write },
    publish: () => {},
    anchors: {},
    tellStation: async ({ kind }: { kind: string }) => void told.push(kind),
  } as unknown as Llcs)
  await supervising.sample({ at: start, hertz: 49.7 })
  expect([told, supervising.state]).toEqual([['respond'], 'armed'])
  disk = 'full'
  await expect(supervising.sample({ at: start, hertz: 49.4 })).rejects.toThrow('no space')
  expect([told, supervising.state]).toEqual([['respond', 'restore'], 'spent'])
  disk = 'good'
  await supervising.sample({ at: start, hertz: 49.4 })
  expect(told).toEqual(['respond', 'restore'])
})
