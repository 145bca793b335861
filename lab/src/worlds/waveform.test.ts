import { createEstimator } from '@interlock/llcs'
import { instant, seeded } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { streetHarmonics, waveform, type WaveformOptions } from './waveform.ts'

const sampleRateHertz = 1_000
const options = (change: Partial<WaveformOptions> = {}): WaveformOptions => ({
  sampleRateHertz,
  volts: 230,
  noiseDecibels: 50,
  harmonics: streetHarmonics,
  entropy: seeded('waveform'),
  ...change,
})
const rowsOf = (...hertz: number[]) =>
  hertz.map((each, second) => ({ at: instant(second * 1000), hertz: each }))

/** Every estimate with the truth at its time. */
function measured(rows: ReturnType<typeof rowsOf>, change: Partial<WaveformOptions> = {}) {
  const estimator = createEstimator({ sampleRateHertz, nominalVolts: 230 })
  const truth: number[] = []
  return Array.from(waveform(rows, options(change)), ({ volts, hertz }) => {
    truth.push(hertz)
    const estimate = estimator.push(volts)
    return (
      estimate && {
        ...estimate,
        truth: truth[Math.round(estimate.atSeconds * sampleRateHertz)] ?? NaN,
      }
    )
  }).filter((each) => each !== undefined)
}
const rms = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length)

test('at 50 dB, with harmonics, the error is within a millihertz, on and off nominal', () => {
  for (const hertz of [50, 49.8, 49.5, 50.5, 48.8, 52]) {
    const estimates = measured(rowsOf(...Array.from({ length: 20 }, () => hertz)))
    expect(estimates.length).toBeGreaterThan(900)
    expect(estimates.filter(({ doubt }) => doubt !== undefined)).toEqual([])
    expect(rms(estimates.map((each) => each.hertz - each.truth)), `${hertz}`).toBeLessThan(0.001)
  }
})

test('a grid that falls is followed, and its rate of change told', () => {
  const estimates = measured(rowsOf(50, 50, 49.86, 49.72, 49.58, 49.5, 49.5))
  expect(estimates.every(({ doubt }) => doubt === undefined)).toBe(true)
  expect(rms(estimates.map((each) => each.hertz - each.truth))).toBeLessThan(0.002)
  const falling = estimates.filter(({ atSeconds }) => atSeconds > 1.3 && atSeconds < 3.7)
  expect(rms(falling.map((each) => each.rocofHertzPerSecond + 0.14))).toBeLessThan(0.03)
})

test('it still estimates at 30 dB, worse', () => {
  const estimates = measured(rowsOf(...Array.from({ length: 20 }, () => 49.9)), {
    noiseDecibels: 30,
  })
  const error = rms(estimates.map((each) => each.hertz - each.truth))
  expect(error).toBeGreaterThan(0.002)
  expect(error).toBeLessThan(0.01)
})

/** A pure mains whose phase is `phaseAt` seconds from the start, in radians; no noise. */
function accepted(seconds: number, voltsAt: (second: number) => number) {
  const estimator = createEstimator({ sampleRateHertz, nominalVolts: 230 })
  const all = Array.from({ length: seconds * sampleRateHertz }, (_, index) =>
    estimator.push(voltsAt(index / sampleRateHertz)),
  ).filter((each) => each !== undefined)
  return {
    good: all.filter(({ doubt }) => doubt === undefined),
    doubts: [...new Set(all.flatMap(({ doubt }) => doubt ?? []))],
  }
}
const sine = (phase: number): number => 230 * Math.SQRT2 * Math.sin(phase)
const turns = (hertz: number, second: number): number => 2 * Math.PI * hertz * second

test('a jump of phase is no frequency: it is doubted while it is in the window, and over then', () => {
  const jump = (10 / 180) * Math.PI
  const { good, doubts } = accepted(4, (t) => sine(turns(50, t) + (t < 2 ? 0 : jump)))
  expect(doubts).toContain('PhaseJump')
  expect(good.every(({ hertz }) => Math.abs(hertz - 50) < 0.02)).toBe(true)
  expect(good.some(({ atSeconds }) => atSeconds > 2.5)).toBe(true)
})

test('ATK-29: a forged fall that no grid could make is not believed before a grid could have fallen so far', () => {
  const step = (t: number): number => turns(50, Math.min(t, 2)) + turns(49.2, Math.max(0, t - 2))
  const { good, doubts } = accepted(4, (t) => sine(step(t)))
  expect(doubts).toEqual(expect.arrayContaining(['PhaseJump', 'RocofImplausible']))
  const low = good.find(({ hertz }) => hertz < 49.8)
  // The last estimate without any of it in the window is 140 ms older.
  expect(low?.atSeconds).toBeGreaterThanOrEqual(2 - 0.14 + 0.8 / 2)
  // A real fall of the same depth, as fast as protection allows, is followed.
  const ramp = (t: number): number => {
    const fall = Math.min(Math.max(0, t - 2), 0.8)
    return turns(50, t) - Math.PI * fall ** 2 - turns(0.8, Math.max(0, t - 2.8))
  }
  const real = accepted(4, (t) => sine(ramp(t))).good
  expect(real.find(({ hertz }) => hertz < 49.8)?.atSeconds).toBeLessThan(2.4)
})

test('a change too fast for a grid is doubted from the first estimate on, before there is another to hold it against', () => {
  const ramp = (hertzPerSecond: number) =>
    accepted(0.5, (t) => sine(turns(50, t) - Math.PI * hertzPerSecond * t ** 2))
  expect(ramp(3)).toEqual({ good: [], doubts: ['RocofImplausible'] })
  expect(ramp(1).doubts).toEqual([])
})

test('a sensor without a supply, or with twice its voltage, is doubted', () => {
  expect(accepted(1, () => 0).doubts).toEqual(['AmplitudeImplausible'])
  const twice = accepted(1, (t) => 2 * sine(turns(50, t)))
  expect(twice).toEqual({ good: [], doubts: ['AmplitudeImplausible'] })
})
