import type { Arm } from '@interlock/contract'
import { eui64, instant, type Instant } from '@interlock/kernel'
import { ready, watch, type Sample, type Supervision, type Watch } from './supervision.ts'

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

/**
 * Runs the supervision itself over samples that ascend in time, pre-authorised in both directions
 * throughout.
 *
 * @param hooks.from when the record began, where that is not the first sample
 * @param hooks.onArm told the sample that began a response
 */
export function replayFrequency<Given extends Sample>(
  samples: Iterable<Given>,
  rules: Supervision,
  hooks: { readonly from?: Instant; readonly onArm?: (sample: Given) => void } = {},
): Replayed {
  let current: Watch = ready
  let first: number | undefined = hooks.from
  let [last, armedSince]: (number | undefined)[] = []
  let firstDetectedMillis: number | null = null
  let [lowestHertz, highestHertz]: (number | null)[] = [null, null]
  let arms = 0
  let millisArmed = 0
  for (const sample of samples) {
    first ??= sample.at
    last = sample.at
    lowestHertz = Math.min(lowestHertz ?? sample.hertz, sample.hertz)
    highestHertz = Math.max(highestHertz ?? sample.hertz, sample.hertz)
    const before = current.state
    current = watch(current, sample, always, rules).watch
    if (before === current.state) continue
    if (current.state === 'armed') {
      arms += 1
      armedSince = sample.at
      firstDetectedMillis ??= Math.round(sample.at - first)
      hooks.onArm?.(sample)
    } else if (armedSince !== undefined) {
      millisArmed += sample.at - armedSince
      armedSince = undefined
    }
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
