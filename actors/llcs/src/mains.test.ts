import { expect, test } from 'vitest'
import { guardedClock, silentLog, systemPorts } from '@interlock/host'
import { assert, Fault, inHours, plus } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { encodeSampleBlock, type SampleBlock } from './core/sample-block.ts'
import { sampleRateHertz, startFrontEnd, voltage } from './fixture/front-end.fixture.ts'
import { armFrom } from './fixture/hub.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import type { Llcs } from './llcs.ts'
import { watchMains } from './mains.ts'
import type { Supervising } from './supervising.ts'

const blockMillis = 200

test('from samples of the mains: noise and jumps arm nothing, a fall arms the charger, and without samples the load comes back', async () => {
  const frontEnd = await startFrontEnd()
  const to = await scene({ waveform: { host: '127.0.0.1', port: frontEnd.port } })
  const { clock, hub, station, llcs, happenings } = to
  const { mains } = llcs
  assert(mains !== undefined, 'it measures')
  const arm = armFrom(start, { use: 'ECS47e', until: plus(start, inHours(6)) })
  await hub.deliver(arm.bytes)
  const wave = voltage()
  const say = async (block: SampleBlock): Promise<void> => {
    await clock.advance(blockMillis)
    const isHeard = () => mains.isConnected && mains.connections === frontEnd.connections()
    await until(isHeard, 'the connection')
    const before = mains.blocks
    frontEnd.say(encodeSampleBlock(block))
    await until(() => mains.blocks > before, 'a block')
  }
  const steady = async (blocks: number, hertz: number): Promise<void> => {
    for (let each = 0; each < blocks; each += 1) await say(wave.block(blockMillis, hertz))
  }

  await steady(10, 50)
  expect(mains.hertz).toBeCloseTo(50, 3)
  wave.jump(20)
  await steady(8, 50)
  await say(wave.noise(blockMillis))
  await steady(8, 50)
  await steady(1, 48)
  await steady(8, 50)
  expect(mains.doubts.get('PhaseJump')).toBeGreaterThan(0)
  expect(station.of('respond')).toEqual([])

  for (let each = 0; each < 5; each += 1)
    await say(wave.block(blockMillis, 50 - each * 0.08, 49.92 - each * 0.08))
  await steady(2, 49.6)
  await until(() => station.of('respond').length > 0, 'the response')
  expect(station.of('respond')[0]).toMatchObject({ digest: arm.digest })
  expect(llcs.supervision()).toBe('armed')

  // Two seconds without a sample, and ten as inside the band.
  await clock.advance(9_000)
  expect(mains).toMatchObject({ isLost: true, hertz: undefined })
  expect(happenings).toContainEqual(expect.objectContaining({ reason: 'FrequencyLost' }))
  expect(station.of('restore')).toEqual([])
  await clock.advance(5_000)
  expect(station.of('restore')).toMatchObject([{ digest: arm.digest }])

  // It is measured again, by a connection of its own accord: this arm has served.
  const responses = station.of('respond').length
  await steady(10, 49.6)
  expect(mains.connections).toBeGreaterThan(1)
  expect(mains.isLost).toBe(false)
  expect([llcs.supervision(), station.of('respond').length]).toEqual(['spent', responses])
})

/** The watch alone: its disk, its front end and what follows from a loss are the test's. */
async function alone(unmeasured: () => Promise<void> = async () => {}) {
  const [clock, wall] = [testClock(start), testClock(start)]
  const disk = { isFull: false }
  const listener = { isBroken: false }
  const kinds: string[] = []
  const published: unknown[] = []
  const write = (kind: string): void => {
    if (disk.isFull) throw new Fault('DiskFull', 'no space left')
    kinds.push(kind)
  }
  let onPacket: (bytes: Uint8Array) => void = () => {}
  const openPacketSource: typeof systemPorts.openPacketSource = async (options) => {
    ;({ onPacket } = options)
    let close = (): void => {}
    const closed = new Promise<void>((resolve) => (close = resolve))
    return { closed, close }
  }
  const ports = { ...systemPorts, openPacketSource }
  const llcs = {
    config: { actor: 'llcs-1' },
    deps: { clock: guardedClock(clock, silentLog), wall, log: silentLog, ports },
    audit: { critical: write, record: write },
    publish(happening: unknown) {
      if (listener.isBroken) throw new Error('whoever listens')
      published.push(happening)
    },
  } as unknown as Llcs
  let misses = 0
  const supervising: Supervising = {
    sample: async () => {},
    unmeasured: () => ((misses += 1), unmeasured()),
    state: 'ready',
    lowestHertz: undefined,
  }
  const mains = watchMains(llcs, supervising, {
    from: { host: '127.0.0.1', port: 1 },
    sampleRateHertz,
    nominalVolts: 230,
    millivoltsPerCount: 20,
    lostMillisMax: 2_000,
  })
  await until(() => mains.isConnected, 'the connection')
  const wave = voltage()
  const steady = async (blocks: number): Promise<void> => {
    for (let each = 0; each < blocks; each += 1) {
      await clock.advance(blockMillis)
      onPacket(encodeSampleBlock(wave.block(blockMillis, 50)))
    }
  }
  return { clock, wall, disk, listener, kinds, published, misses: () => misses, mains, steady }
}

test('a full disk ends no watch: the loss is acted on each second, and on the record once there is space', async () => {
  const { clock, wall, disk, kinds, published, misses, mains, steady } = await alone()
  disk.isFull = true
  await clock.advance(6_000)
  expect([mains.isLost, misses(), kinds]).toEqual([true, 5, []])
  disk.isFull = false
  await clock.advance(24_000)
  expect([misses(), kinds, published.length]).toEqual([29, ['FrequencyLost'], 1])

  // A front end that says nothing is connected to again; that it is read once more is its loss's end.
  await wall.advance(1_000)
  await until(() => mains.isConnected, 'the second connection')
  expect(mains.connections).toBe(2)
  disk.isFull = true
  await steady(10)
  expect(mains.isLost).toBe(false)
  expect(mains.hertz).toBeCloseTo(50, 3)
  expect(kinds).toEqual(['FrequencyLost'])
  disk.isFull = false
  await clock.advance(1_000)
  expect(kinds).toEqual(['FrequencyLost', 'FrequencyMeasured'])
  await mains.close()
})

test('a check that fails is followed by the next', async () => {
  const { clock, listener, kinds, misses, mains } = await alone()
  listener.isBroken = true
  await clock.advance(4_000)
  expect([mains.isLost, misses(), kinds]).toEqual([true, 2, ['FrequencyLost']])
  await mains.close()
})

test('a check under way when it is closed is the last', async () => {
  let answer = (): void => {}
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const { clock, kinds, misses, mains } = await alone(() => answered)
  const advanced = clock.advance(5_000)
  await until(() => misses() === 1, 'a check that waits')
  await mains.close()
  answer()
  await advanced
  expect(clock.armed('mains-check')).toBe(false)
  expect([misses(), kinds]).toEqual([1, []])
})
