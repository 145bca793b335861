import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { sampleRateHertz, voltage, voltsPerCount } from '../fixture/front-end.fixture.ts'
import { createMetering, type Metered } from './metering.ts'
import { decodeSampleBlock, encodeSampleBlock, type SampleBlock } from './sample-block.ts'

const start = 1_767_632_400_000
const blockMillis = 100

/** A front end whose blocks arrive as they are taken, unless a test says otherwise. */
function front() {
  const metering = createMetering({ sampleRateHertz, nominalVolts: 230, voltsPerCount })
  const mains = voltage()
  let now = start
  const take = (block: SampleBlock, elapsedMillis = blockMillis): Metered => {
    now += elapsedMillis
    return metering.take(block, instant(now))
  }
  const steady = (blocks: number, hertz = 50): readonly Metered[] =>
    Array.from({ length: blocks }, () => take(mains.block(blockMillis, hertz)))
  return { mains, take, steady, now: () => now }
}
const readings = (all: readonly Metered[]) => all.flatMap(({ reading }) => reading ?? [])
const doubts = (all: readonly Metered[]) => [...new Set(all.flatMap(({ doubt }) => doubt ?? []))]

test('a block survives encoding, and what is none is not read', () => {
  const block = { number: 0xffff_ffff, counts: Int16Array.of(-32_768, 0, 32_767) }
  const bytes = encodeSampleBlock(block)
  expect(decodeSampleBlock(bytes)).toEqual(block)
  for (const bad of [bytes.subarray(0, 5), bytes.subarray(1), bytes.subarray(0, -1)])
    expect(decodeSampleBlock(bad)).toBeUndefined()
  expect(decodeSampleBlock(new Uint8Array(1_006).fill(1))).toBeUndefined()
})

test('readings come after a settled second, true to a millihertz, with the time of their samples', () => {
  const { steady, now } = front()
  const all = steady(30, 49.95)
  const first = all.findIndex(({ reading }) => reading !== undefined)
  // 350 ms fill the estimator's window; a second without doubt follows.
  expect(first).toBeGreaterThanOrEqual(12)
  expect(first).toBeLessThanOrEqual(14)
  for (const { hertz } of readings(all)) expect(Math.abs(hertz - 49.95)).toBeLessThan(0.001)
  const last = readings(all).at(-1)
  expect(now() - (last?.at ?? 0)).toBeGreaterThan(100)
  expect(now() - (last?.at ?? 0)).toBeLessThan(250)
  expect(doubts(all)).toEqual([])
})

test('a missing block is no jump of frequency: nothing is believed until a second has settled', () => {
  const { mains, steady, take } = front()
  steady(20)
  mains.skip(1)
  expect(take(mains.block(blockMillis, 48)).doubt).toBe('SamplesLost')
  expect(readings(steady(11, 48))).toEqual([])
  expect(readings(steady(5, 48)).length).toBeGreaterThan(0)
})

test('ATK-29: a recording that is played faster than time passes, or kept back, gives no reading', () => {
  const fast = front()
  fast.steady(20)
  const played = Array.from({ length: 20 }, () => fast.take(fast.mains.block(blockMillis, 49), 0))
  expect(doubts(played)).toContain('SamplesAskew')
  expect(readings(played.slice(6))).toEqual([])

  const late = front()
  late.steady(20)
  expect(late.take(late.mains.block(blockMillis, 50), 2_000)).toEqual({ doubt: 'SamplesAskew' })
  expect(readings(late.steady(12))).toEqual([])
})

test('ATK-29: a front end whose clock runs wrong by four parts in a thousand is found out', () => {
  const drifting = (elapsedMillis: number) => {
    const { mains, take } = front()
    return doubts(
      Array.from({ length: 1_500 }, () => take(mains.block(blockMillis, 50), elapsedMillis)),
    )
  }
  // 50 Hz sampled by it would be 49.8 or 50.2.
  expect(drifting(100.4)).toEqual(['SamplesAskew'])
  expect(drifting(99.6)).toEqual(['SamplesAskew'])
  expect(drifting(100.02)).toEqual([])
})

test('ATK-29: a jump of phase, noise and a step shorter than a grid could fall give no low reading', () => {
  const { mains, steady, take } = front()
  steady(20)
  const all: Metered[] = []
  mains.jump(20)
  all.push(...steady(20))
  all.push(take(mains.noise(200), 200), ...steady(20))
  all.push(...steady(3, 48), ...steady(20))
  expect(doubts(all)).toContain('PhaseJump')
  expect(readings(all).length).toBeGreaterThan(10)
  for (const { hertz } of readings(all)) expect(Math.abs(hertz - 50)).toBeLessThan(0.05)
})

test('after a doubt nothing is believed until a second has given none', () => {
  const { mains, steady } = front()
  steady(20)
  mains.jump(20)
  const after = steady(20)
  const doubted = after.findLastIndex(({ doubt }) => doubt !== undefined)
  const again = after.findIndex(({ reading }, at) => at > doubted && reading !== undefined)
  expect(doubted).toBeGreaterThanOrEqual(0)
  expect(again - doubted).toBeGreaterThanOrEqual(10)
})

test('ATK-29: a doubt every 0.9 s from the start gives no reading', () => {
  const { mains, steady } = front()
  const all = Array.from({ length: 10 }, () => {
    mains.jump(20)
    return steady(9)
  }).flat()
  expect(doubts(all)).toEqual(['PhaseJump'])
  expect(readings(all)).toEqual([])
})
