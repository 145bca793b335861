import { expect, test } from 'vitest'
import { assert, inHours, plus } from '@interlock/kernel'
import type { SampleBlock } from './core/sample-block.ts'
import { startFrontEnd, voltage } from './fixture/front-end.fixture.ts'
import { armFrom } from './fixture/hub.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

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
    frontEnd.say(block)
    await until(() => mains.blocks > before, 'a block')
  }
  const steady = async (blocks: number, hertz: number): Promise<void> => {
    for (let each = 0; each < blocks; each += 1) await say(wave.block(blockMillis, hertz))
  }

  await steady(10, 50)
  expect(mains.hertz).toBeCloseTo(50, 3)
  wave.jump(20)
  await steady(3, 50)
  await say(wave.noise(blockMillis))
  await steady(3, 50)
  await steady(1, 48)
  await steady(3, 50)
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
  expect(mains.isLost).toBe(false)
  expect([llcs.supervision(), station.of('respond').length]).toEqual(['spent', responses])
})
