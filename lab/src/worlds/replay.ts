import { createEstimator, replayFrequency, type Replayed } from '@interlock/llcs'
import { instant, seeded } from '@interlock/kernel'
import type { FrequencyRow } from '../files/frequency-file.ts'
import { streetHarmonics, waveform } from './waveform.ts'

export type ReplayOptions = {
  readonly bandsHertz: readonly number[]
  readonly dwellSeconds: number
  readonly longestSeconds: number
}
export type WaveformReplay = {
  readonly settings: readonly Replayed[]
  readonly estimates: number
  /** Estimates that were doubted, and so armed nothing. */
  readonly doubted: number
  /** Against the frequency that the waveform was made with. */
  readonly rmsErrorMillihertz: number
  /** Responses that began while the grid was inside the band by more than {@link marginHertz}. */
  readonly falseArms: number
}

/** A reading so close to the edge of a band may fall on either side of it. */
export const marginHertz = 0.005
const sampleRateHertz = 1_000
const nominalVolts = 230

const rulesOf = (bandHertz: number, options: ReplayOptions) => ({
  deadbandHertz: bandHertz,
  dwellMillis: options.dwellSeconds * 1000,
  durationMillisMax: options.longestSeconds * 1000,
  stepHertz: 0.02,
})

/**
 * A record of a reading in so many seconds has a gap where two of them are missing, and none is lost within the two seconds
 * that an LLCS waits.
 */
function lostMillisOf(rows: readonly FrequencyRow[]): number {
  const apart = rows.slice(1).map(({ at }, index) => at - (rows[index]?.at ?? at))
  const usual = apart.toSorted((a, b) => a - b)[Math.floor(apart.length / 2)] ?? 0
  return Math.max(2_000, 2 * usual)
}

/** What supervision would have done, at each setting, had it sampled the readings. */
export function replayReadings(
  rows: readonly FrequencyRow[],
  options: ReplayOptions,
): readonly Replayed[] {
  const lostMillis = lostMillisOf(rows)
  return options.bandsHertz.map((band) =>
    replayFrequency(rows, rulesOf(band, options), { lostMillis }),
  )
}

type Measured = FrequencyRow & { readonly truth: number }

/**
 * The same from a (simulated) mains waveform with noise and harmonics, through the estimator. A day of
 * readings makes 86 million samples.
 *
 * @param options.onHour told after each hour of the waveform
 */
export function replayWaveform(
  rows: readonly FrequencyRow[],
  options: ReplayOptions & NoiseOptions,
): WaveformReplay {
  const { estimates, doubted } = measure(rows, options)
  const squares = estimates.reduce((sum, { hertz, truth }) => sum + (hertz - truth) ** 2, 0)
  let falseArms = 0
  const settings = options.bandsHertz.map((band) =>
    replayFrequency(estimates, rulesOf(band, options), {
      ...(rows[0] && { from: rows[0].at }),
      onArm: ({ truth }) => {
        if (Math.abs(truth - 50) < band - marginHertz) falseArms += 1
      },
    }),
  )
  return {
    settings,
    estimates: estimates.length,
    doubted,
    rmsErrorMillihertz: Math.round(Math.sqrt(squares / estimates.length) * 1e6) / 1e3,
    falseArms,
  }
}

type NoiseOptions = {
  readonly noiseDecibels: number
  readonly seed: number
  readonly onHour?: (hours: number) => void
}

function measure(rows: readonly FrequencyRow[], { noiseDecibels, seed, onHour }: NoiseOptions) {
  const start = rows[0]?.at ?? 0
  const estimator = createEstimator({ sampleRateHertz, nominalVolts })
  const estimates: Measured[] = []
  /** The true frequency of the last samples, as far back as an estimate looks. */
  const truths = new Float64Array(sampleRateHertz)
  let doubted = 0
  let count = 0
  const mains = waveform(rows, {
    sampleRateHertz,
    volts: nominalVolts,
    noiseDecibels,
    harmonics: streetHarmonics,
    entropy: seeded(`waveform ${seed}`),
  })
  for (const { volts, hertz } of mains) {
    truths[count % sampleRateHertz] = hertz
    const estimate = estimator.push(volts)
    count += 1
    if (count % (3_600 * sampleRateHertz) === 0) onHour?.(count / 3_600 / sampleRateHertz)
    if (estimate?.doubt !== undefined) doubted += 1
    if (estimate === undefined || estimate.doubt !== undefined) continue
    const centre = Math.round(estimate.atSeconds * sampleRateHertz)
    estimates.push({
      at: instant(start + estimate.atSeconds * 1000),
      hertz: estimate.hertz,
      truth: truths[centre % sampleRateHertz] ?? Number.NaN,
    })
  }
  return { estimates, doubted }
}
