import type { Arm } from '@interlock/contract'
import { eui64, instant, type Instant } from '@interlock/kernel'
import {
  ready,
  unmeasured,
  watch,
  type Sample,
  type Supervision,
  type Watch,
} from './supervision.ts'

/** What frequency supervision would have done with a record of the grid. */
export type Replayed = {
  readonly bandHertz: number
  /** Times that a response began. */
  readonly arms: number
  readonly secondsArmed: number
  /** From the beginning of the record to the sample that armed; `null` where none did. */
  readonly firstDetectedMillis: number | null
  readonly lowestHertz: number | null
  readonly highestHertz: number | null
}

/** Without a reading for longer the frequency is lost, as it is to an LLCS by default. */
const lostMillisMax = 2_000

/**
 * Runs the supervision itself over samples that ascend in time, pre-authorised in both directions
 * throughout. Where the record has a gap nothing is measured, and a response ends as it would then.
 *
 * @param hooks.from when the record began, where that is not the first sample
 * @param hooks.lostMillis how long a gap is before the frequency is lost; 2,000 where it is not given
 * @param hooks.onArm told the sample that began a response
 */
export function replayFrequency<Given extends Sample>(
  samples: Iterable<Given>,
  rules: Supervision,
  hooks: {
    readonly from?: Instant
    readonly lostMillis?: number
    readonly onArm?: (sample: Given) => void
  } = {},
): Replayed {
  const { lostMillis = lostMillisMax } = hooks
  let current: Watch = ready
  let first: number | undefined = hooks.from
  let [last, armedSince]: (number | undefined)[] = []
  let firstDetectedMillis: number | null = null
  let [lowestHertz, highestHertz]: (number | null)[] = [null, null]
  let arms = 0
  let millisArmed = 0
  /** The watch after something at a time; a response ends at its longest, wherever the next sample is. */
  const becomes = (next: Watch, at: number): void => {
    if (current.state === 'armed' && next.state !== 'armed') {
      millisArmed += Math.min(at, current.until) - (armedSince ?? at)
      armedSince = undefined
    }
    current = next
  }
  /** From the last sample to the next that is there. */
  const miss = (from: number, until: number): void => {
    const lostAt = instant(from + lostMillis)
    if (lostAt >= until) return
    becomes(unmeasured(current, lostAt, rules).watch, lostAt)
    if (current.state !== 'armed') return
    const dwelt = instant((current.insideSince ?? lostAt) + rules.dwellMillis)
    const ends = dwelt < current.until ? dwelt : current.until
    if (ends < until) becomes(unmeasured(current, ends, rules).watch, ends)
  }
  for (const sample of samples) {
    first ??= sample.at
    if (last !== undefined) miss(last, sample.at)
    last = sample.at
    lowestHertz = Math.min(lowestHertz ?? sample.hertz, sample.hertz)
    highestHertz = Math.max(highestHertz ?? sample.hertz, sample.hertz)
    const before = current.state
    becomes(watch(current, sample, always, rules).watch, sample.at)
    if (current.state !== 'armed' || before === 'armed') continue
    arms += 1
    armedSince = sample.at
    firstDetectedMillis ??= Math.round(sample.at - first)
    hooks.onArm?.(sample)
  }
  if (armedSince !== undefined && last !== undefined) millisArmed += last - armedSince
  return {
    bandHertz: rules.deadbandHertz,
    arms,
    secondsArmed: Math.round(millisArmed / 1000),
    firstDetectedMillis,
    lowestHertz: lowestHertz ?? null,
    highestHertz: highestHertz ?? null,
  }
}

const nobody = eui64('00-00-00-00-00-00-00-00')
/** Signed by nobody: nothing acts on a replay. */
const always: readonly Arm[] = (['import', 'export'] as const).map((direction) => ({
  digest: direction,
  use: 'response',
  originator: nobody,
  target: nobody,
  counter: 0n,
  evse: 1,
  direction,
  levelPercent: 0,
  from: instant(0),
  until: instant(Number.MAX_SAFE_INTEGER),
}))
