import { limits } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'
import { delaySeconds, dwellMillis, longestMillis } from './devices.ts'
import { deadbandHertz, ratingWatts } from './scenario.ts'

/**
 * What the grid and the people of a home may rely on when a charger responds by itself: the load is back after recovery
 * and dwell, and after the longest in any case. It reads what was measured and the power that flows, and nothing else.
 */
export type LoadBack = {
  sampled(at: 'llcs' | 'station', hertz: number, now: Instant): void
  /**
   * @param there whether the charger is, and whether the LLCS can tell it something
   * @returns what is due and is not so
   */
  load(watts: number, now: Instant, there: { charger: boolean; told: boolean }): string | undefined
  /** The LLCS has lost its power: what it measured before counts no longer. */
  blind(): void
  fingerprint(now: Instant): unknown
}

/** The load comes back with a random delay. */
const slackMillis = 1_000 * (delaySeconds + 1)

export function createLoadBack(): LoadBack {
  let began: Instant | undefined
  let insideSince: Instant | undefined
  let recovered: Instant | undefined
  let toldSince: Instant | undefined
  let upSince: Instant | undefined

  return {
    sampled(at, hertz, now) {
      if (at !== 'llcs') return
      const deviation = hertz - 50
      const isInside = Math.abs(deviation) <= deadbandHertz
      insideSince = isInside ? (insideSince ?? now) : undefined
      const isOver = insideSince !== undefined && now - insideSince >= dwellMillis
      if (began !== undefined && (isOver || deviation > deadbandHertz)) recovered ??= now
    },
    load(watts, now, { charger, told }) {
      toldSince = told ? (toldSince ?? now) : undefined
      upSince = charger ? (upSince ?? now) : undefined
      if (watts >= ratingWatts) {
        began = undefined
        recovered = undefined
        return undefined
      }
      began ??= now
      if (upSince !== undefined && now >= Math.max(began + longestMillis, upSince) + slackMillis)
        return `a response goes on after its longest: ${watts} W`
      if (recovered === undefined || toldSince === undefined) return undefined
      const spaced = began + limits.armChangeSpacingMillis
      return now >= Math.max(recovered, toldSince, spaced) + slackMillis
        ? `the frequency has recovered, and the load is not back: ${watts} W`
        : undefined
    },
    blind() {
      insideSince = undefined
      recovered = undefined
    },
    fingerprint: (now) =>
      [began, insideSince, recovered, toldSince, upSince].map((at) =>
        at === undefined ? undefined : instant(now - at),
      ),
  }
}
