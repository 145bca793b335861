import { feederSumTimes } from '@interlock/contract'
import type { Eui64, Instant } from '@interlock/kernel'
import { roster, type GroupRules, type Roster, type RosterProblem } from '@interlock/privacy'
import type { Outcome } from '@interlock/kernel'
import type { KeptKey, KeptRoster, SumStore } from './sum-store.ts'

export type RosterNeed = {
  readonly feeder: string
  /** Whom the operator's register has on this feeder. */
  readonly stations: readonly Eui64[]
  readonly rules: GroupRules
  readonly store: Pick<SumStore, 'roster' | 'keys' | 'isExcluded'>
  /** Since when keys have been waited for. */
  readonly since: Instant
}

/** Stations that can be summed: known, with a key that was not found wrong. */
function able({ stations, store }: RosterNeed): readonly KeptKey[] {
  return [...stations].sort().flatMap((station) => {
    const key = store.keys.get(station)
    return key === undefined || store.isExcluded({ station, key }) ? [] : [{ station, key }]
  })
}

/**
 * The members of a roster that is to be told now; `undefined` while the one in force stays. A change costs up to two
 * windows without sums, so who joins or leaves waits, and only a member found wrong does not.
 */
export function rosterDue(need: RosterNeed, now: Instant): readonly KeptKey[] | undefined {
  const { stations, store, rules, since } = need
  const members = able(need)
  const { roster: held } = store
  if (held === undefined) {
    const isWaited = now >= since + rules.roundMillis * rules.roundsPerWindow
    return members.length === stations.length || isWaited ? members : undefined
  }
  if (sameMembers(held.members, members)) return undefined
  const isUrgent = held.members.some((each) => store.isExcluded(each))
  return isUrgent || now >= held.toldAt + feederSumTimes.rosterMillisMin ? members : undefined
}

const sameMembers = (one: readonly KeptKey[], other: readonly KeptKey[]): boolean =>
  one.length === other.length &&
  one.every(({ station, key }, at) => station === other[at]?.station && key === other[at].key)

/** Versions are seconds since 1970, so that they rise also where what was kept is lost. */
export const nextRoster = (
  members: readonly KeptKey[],
  held: KeptRoster | undefined,
  now: Instant,
): KeptRoster => ({
  version: Math.max(Math.floor(now / 1_000), (held?.version ?? 0) + 1),
  toldAt: now,
  members,
})

export const rosterOf = (
  feeder: string,
  { version, members }: Pick<KeptRoster, 'version' | 'members'>,
  rules: GroupRules,
): Outcome<Roster, RosterProblem> =>
  roster({ feeder, version, members: members.map(({ station }) => station) }, rules)
