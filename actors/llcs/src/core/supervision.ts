import type { Arm } from '@interlock/contract'
import { plus, millis, type Instant } from '@interlock/kernel'

/** One reading of the grid frequency at this home. */
export type Sample = { readonly at: Instant; readonly hertz: number }

export type Supervision = {
  /** Inside this band around 50 Hz nothing is armed. */
  readonly deadbandHertz: number
  /** How long the frequency must stay inside before the load is given back. */
  readonly dwellMillis: number
  /** Longest continuous response. */
  readonly durationMillisMax: number
  /** An armed response follows the frequency in steps of at least this. */
  readonly stepHertz: number
}

export type Watch =
  /** Ready to arm. */
  | { readonly state: 'ready' }
  | {
      readonly state: 'armed'
      readonly arm: Arm
      readonly until: Instant
      readonly announcedHertz: number
      /** Since when the frequency has been inside the deadband. */
      readonly insideSince?: Instant
    }
  /** The response has lasted its longest; the frequency must recover before another. */
  | { readonly state: 'spent'; readonly insideSince?: Instant }

export type Act =
  | { readonly act: 'respond'; readonly arm: Arm; readonly sample: Sample; readonly until: Instant }
  | { readonly act: 'restore'; readonly arm: Arm }

export type Watched = {
  readonly watch: Watch
  readonly acts: readonly Act[]
  /** Why a sample outside the deadband arms nothing. */
  readonly idle?: 'Implausible' | 'NoPreAuthorisation'
}

export const ready: Watch = { state: 'ready' }

const nominalHertz = 50
/** A response that was asked for; the charger is asked again at the next sample outside the deadband. */
export const unheard = (arm: Arm, until: Instant, announcedHertz = nominalHertz): Watch => ({
  state: 'armed',
  arm,
  until,
  announcedHertz,
})

/** No synchronous grid runs outside this; a reading that does is the sensor's fault or a forgery. */
const plausibleHertz = { least: 45, most: 55 } as const

/** In whole microhertz, so that a reading on the edge is on it. */
const deviationMicrohertz = (hertz: number): number =>
  Math.abs(Math.round((hertz - nominalHertz) * 1e6))

const isOutside = (hertz: number, rules: Supervision): boolean =>
  deviationMicrohertz(hertz) > Math.round(rules.deadbandHertz * 1e6)

/**
 * An arm caps one direction of flow, so it can only help one way: a cap on import when the frequency
 * is low, a cap on export when it is high.
 */
export const stabilises = (arm: Arm, hertz: number): boolean =>
  arm.direction === 'import' ? hertz < nominalHertz : hertz > nominalHertz

/** The pre-authorisation in force at the sample that can help, the one that lasts longest. */
export const helpful = (arms: readonly Arm[], sample: Sample): Arm | undefined =>
  arms
    .filter((arm) => arm.use === 'response')
    .filter((arm) => arm.from <= sample.at && sample.at < arm.until)
    .filter((arm) => stabilises(arm, sample.hertz))
    .sort((a, b) => b.until - a.until || (a.digest < b.digest ? -1 : 1))[0]

/** One sample comes in; what to tell the charger comes out. */
export function watch(
  before: Watch,
  sample: Sample,
  arms: readonly Arm[],
  rules: Supervision,
): Watched {
  const { least, most } = plausibleHertz
  if (!(sample.hertz >= least && sample.hertz <= most)) {
    return { watch: before, acts: [], idle: 'Implausible' }
  }
  if (before.state === 'armed') return watchArmed(before, sample, rules)
  if (before.state === 'spent') return { watch: watchSpent(before, sample, rules), acts: [] }
  if (!isOutside(sample.hertz, rules)) return { watch: before, acts: [] }
  const arm = helpful(arms, sample)
  if (arm === undefined) return { watch: before, acts: [], idle: 'NoPreAuthorisation' }
  const longest = plus(sample.at, millis(rules.durationMillisMax))
  const until = longest < arm.until ? longest : arm.until
  return {
    watch: { state: 'armed', arm, until, announcedHertz: sample.hertz },
    acts: [{ act: 'respond', arm, sample, until }],
  }
}

type Armed = Extract<Watch, { state: 'armed' }>

function watchArmed(before: Armed, sample: Sample, rules: Supervision): Watched {
  const { arm, until } = before
  const { insideSince, ...rest } = before
  if (sample.at >= until) {
    return { watch: spentSince(sample, rules), acts: [{ act: 'restore', arm }] }
  }
  // Beyond the band on its other side the response makes it worse: nothing to dwell on.
  if (isOutside(sample.hertz, rules) && !stabilises(arm, sample.hertz))
    return { watch: ready, acts: [{ act: 'restore', arm }] }
  if (!isOutside(sample.hertz, rules)) {
    const since = insideSince ?? sample.at
    return sample.at - since >= rules.dwellMillis
      ? { watch: ready, acts: [{ act: 'restore', arm }] }
      : { watch: { ...rest, insideSince: since }, acts: [] }
  }
  const deeper = deviationMicrohertz(sample.hertz) - deviationMicrohertz(before.announcedHertz)
  if (deeper < Math.round(rules.stepHertz * 1e6)) return { watch: rest, acts: [] }
  return {
    watch: { ...rest, announcedHertz: sample.hertz },
    acts: [{ act: 'respond', arm, sample, until }],
  }
}

/**
 * Nothing can be measured. Nothing is armed by that, and nothing is ready again; a response that nobody
 * can see help goes on for as long as it would inside the deadband.
 */
export function unmeasured(before: Watch, at: Instant, rules: Supervision): Watched {
  if (before.state !== 'armed') return { watch: before, acts: [] }
  const since = before.insideSince ?? at
  return at - since >= rules.dwellMillis || at >= before.until
    ? { watch: { state: 'spent' }, acts: [{ act: 'restore', arm: before.arm }] }
    : { watch: { ...before, insideSince: since }, acts: [] }
}

const spentSince = (sample: Sample, rules: Supervision): Watch =>
  isOutside(sample.hertz, rules) ? { state: 'spent' } : { state: 'spent', insideSince: sample.at }

function watchSpent(
  before: Extract<Watch, { state: 'spent' }>,
  sample: Sample,
  rules: Supervision,
) {
  if (isOutside(sample.hertz, rules)) return { state: 'spent' } as const
  const since = before.insideSince ?? sample.at
  return sample.at - since >= rules.dwellMillis
    ? ready
    : ({ state: 'spent', insideSince: since } as const)
}
