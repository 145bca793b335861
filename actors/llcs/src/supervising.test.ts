import { silentLog } from '@interlock/host'
import { inHours, inSeconds, plus, toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFrom } from './fixture/hub.fixture.ts'
import { crypto } from './fixture/parties.fixture.ts'
import { scene, start, type Scene } from './fixture/scene.fixture.ts'
import type { Llcs } from './llcs.ts'
import { createSupervising } from './supervising.ts'
import { startTestStation } from './fixture/station.fixture.ts'
import { until } from './fixture/until.fixture.ts'

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

const recover = async (to: Scene) => {
  await sample(to, 50)
  await to.clock.advance(10_000)
  await sample(to, 50)
}

test('a charger that responds and then disagrees is asked again, and its load comes back after recovery', async () => {
  for (const reason of ['FrequencyDisagrees', 'FrequencyStale', 'ArmRevoked', 'Overridden']) {
    const to = await scene()
    const arm = await preAuthorise(to)
    await sample(to, 49.7)
    to.station.answer = ({ kind }) => (kind === 'respond' ? reason : undefined)
    await sample(to, 49.6)
    expect(to.llcs.supervision()).toBe('armed')
    await sample(to, 49.6)
    const isPassing = reason.startsWith('Frequency')
    expect(to.station.of('respond')).toHaveLength(isPassing ? 3 : 2)
    await recover(to)
    expect(to.station.of('restore')).toMatchObject([{ digest: arm.digest }])
  }
})

test('the longest response counts from its beginning, whatever was disagreed meanwhile', async () => {
  const to = await scene()
  const arm = await preAuthorise(to)
  await sample(to, 49.7)
  for (let minute = 5; minute <= 30; minute += 5) {
    to.station.answer = () => (minute % 10 === 0 ? 'FrequencyDisagrees' : undefined)
    expect(to.station.of('restore')).toEqual([])
    await to.clock.advance(5 * 60_000)
    await sample(to, 49.7 - minute / 100)
  }
  expect(to.station.of('restore')).toMatchObject([{ digest: arm.digest }])
  const ends = to.station.of('respond').map(({ until }) => until)
  expect([ends.length > 3, new Set(ends).size]).toEqual([true, 1])
  expect(to.llcs.supervision()).toBe('spent')
})

test('after a loss of power a response ends by recovery or beyond the band, as it would have', async () => {
  const past = async (to: Scene) => sample(to, 50.3)
  for (const end of [recover, past]) {
    const to = await scene()
    const arm = await preAuthorise(to)
    await sample(to, 49.7)
    await to.restart()
    expect(to.llcs.supervision()).toBe('armed')
    await end(to)
    expect(to.station.of('restore')).toMatchObject([{ digest: arm.digest }])
    expect(to.llcs.supervision()).toBe('ready')
  }
})

test('after a loss of power a response that has lasted its longest waits for recovery', async () => {
  const to = await scene()
  await preAuthorise(to)
  await sample(to, 49.7)
  await to.clock.advance(30 * 60_000)
  await sample(to, 49.7)
  await preAuthorise(to)
  await to.restart()
  await sample(to, 49.6)
  expect(to.station.of('respond')).toEqual([])
  await recover(to)
  await sample(to, 49.6)
  expect(to.station.of('respond')).toHaveLength(1)
})

test('a charger that was refused its first word responds to none: nothing stands after a loss of power', async () => {
  const to = await scene()
  await preAuthorise(to)
  to.station.answer = ({ kind }) => (kind === 'respond' ? 'FrequencyDisagrees' : undefined)
  await sample(to, 49.7)
  await to.restart()
  expect(to.llcs.supervision()).toBe('ready')
})

test('a charger that could not be told to restore is told when it comes back', async () => {
  const to = await scene()
  const arm = await preAuthorise(to)
  await sample(to, 49.7)
  to.station.close()
  await until(() => !to.llcs.connected().station, 'the end of the link')
  await recover(to)
  to.station = await startTestStation(to.llcs.port, to.clock)
  await until(() => to.station.of('restore').length > 0, 'the restore')
  expect(to.station.of('restore')).toMatchObject([{ digest: arm.digest }])
})

test('a charger that may have heard and did not answer has its load back after recovery', async () => {
  const to = await scene()
  const arm = await preAuthorise(to)
  to.station.answer = ({ kind }) => {
    if (kind === 'respond') to.station.close()
    return undefined
  }
  await sample(to, 49.7)
  expect(to.llcs.supervision()).toBe('armed')
  await until(() => !to.llcs.connected().station, 'the end of the link')
  to.station = await startTestStation(to.llcs.port, to.clock)
  await recover(to)
  await until(() => to.station.of('restore').length > 0, 'the restore')
  expect(to.station.of('restore')).toMatchObject([{ digest: arm.digest }])
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
    keeper: { memory: { arms: [], response: null } },
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
    keeper: { memory: { arms: [{ bytes: toBase64(arm.bytes) }], response: null }, commit: write },
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
