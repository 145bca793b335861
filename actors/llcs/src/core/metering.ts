import { instant, type Instant } from '@interlock/kernel'
import { createEstimator, type Doubt, type EstimatorOptions, type Estimator } from './estimator.ts'
import type { SampleBlock } from './sample-block.ts'
import type { Sample } from './supervision.ts'

/** Why samples gave no reading. */
export type MeteringDoubt =
  | Doubt
  /** One or more blocks are missing. */
  | 'SamplesLost'
  /** They come faster or slower than the time passes: kept back, played again, or by a wrong clock. */
  | 'SamplesAskew'

export type Metered = { readonly reading?: Sample; readonly doubt?: MeteringDoubt }

export type Metering = {
  /**
   * The samples that came at `now`; the newest reading of them that is to be believed, and the last reason
   * why one was not.
   */
  take(block: SampleBlock, now: Instant): Metered
}

export type MeteringOptions = EstimatorOptions & { readonly voltsPerCount: number }

/** After a start, a gap or a doubt nothing is known of the rate of change before. */
const settleMillis = 1_000
/** A stall on the way, or a recording played late. */
const askewMillisMax = 500
/** Crystals are ten times better than that; a tenth of a hertz would need four times as much. */
const clockDrift = 5e-4

/** Samples of the voltage in, readings of the frequency out; their time is this clock's. */
export function createMetering({ voltsPerCount, ...options }: MeteringOptions): Metering {
  const { sampleRateHertz } = options
  let run = newRun(options)
  let next: number | undefined

  const readingAt = (atSeconds: number, now: Instant): Instant =>
    instant(Math.min(now, Math.round((run.beganAt ?? now) + atSeconds * 1_000)))

  const estimated = (counts: Int16Array, now: Instant): Metered => {
    let metered: Metered = {}
    for (const count of counts) {
      const estimate = run.estimator.push(count * voltsPerCount)
      if (estimate === undefined) continue
      const { doubt, hertz, atSeconds } = estimate
      if (doubt !== undefined) {
        metered = { ...metered, doubt }
        delete run.cleanSince
        continue
      }
      run.cleanSince ??= atSeconds
      const isSettled = (atSeconds - run.cleanSince) * 1_000 >= settleMillis
      if (isSettled) metered = { ...metered, reading: { at: readingAt(atSeconds, now), hertz } }
    }
    return metered
  }

  return {
    take({ number, counts }, now) {
      const isNext = next === undefined || number === next
      next = (number + 1) >>> 0
      if (!isNext) run = newRun(options)
      run.count += counts.length
      const blockMillis = (counts.length / sampleRateHertz) * 1_000
      const beganAt = now - (run.count / sampleRateHertz) * 1_000
      const off = beganAt - (run.beganAt ?? beganAt)
      if (Math.abs(off) > askewMillisMax) {
        run = newRun(options)
        return { doubt: 'SamplesAskew' }
      }
      const slew = blockMillis * clockDrift
      run.beganAt = (run.beganAt ?? beganAt) + Math.max(-slew, Math.min(slew, off))
      const metered = estimated(counts, now)
      return isNext || metered.doubt !== undefined ? metered : { ...metered, doubt: 'SamplesLost' }
    },
  }
}

/** Samples without a gap. */
type Run = {
  readonly estimator: Estimator
  count: number
  /** When the first of them was taken, as their arrivals have it. */
  beganAt?: number
  /** Since when no estimate was doubted, in seconds of the run. */
  cleanSince?: number
}

const newRun = (options: EstimatorOptions): Run => ({
  estimator: createEstimator(options),
  count: 0,
})
