import { feederSumLimits } from '@interlock/contract'
import { ok, refused, type Eui64, type Instant, type Millis, type Outcome } from '@interlock/kernel'

/** The stations of one feeder whose readings are summed; each vouches for itself by the key that it says. */
export type Roster = {
  /** `<region>/<feeder>`, as in a topic. */
  readonly feeder: string
  /** Rises with every change of the members. */
  readonly version: number
  /** Sorted, each once. */
  readonly members: readonly Eui64[]
}

/** What a feeder's sums may tell; every station has them from the contract, none from the DSO. */
export type GroupRules = {
  /** Fewest honest stations that a number may be about. */
  readonly honestMin: number
  /** Most stations that may conspire with the aggregator. */
  readonly coalitionMax: number
  /** From one round to the next. */
  readonly roundMillis: Millis
  /** Rounds within which readings of one station resemble each other. */
  readonly roundsPerWindow: number
  /** Greatest magnitude of one reading, in its own unit. */
  readonly readingMax: bigint
}

/** The round of a moment; nobody else numbers a station's rounds, or windows could be skipped. */
export const roundAt = (now: Instant, { roundMillis }: Pick<GroupRules, 'roundMillis'>): number =>
  Math.floor(now / roundMillis)

export const feederCharactersMax = 128

export type RosterProblem =
  /** Not even all members together would be a group. */
  | 'RosterTooSmall'
  | 'RosterTooLarge'
  /** Unsorted, or a station twice. */
  | 'RosterMalformed'
  /** The sum of the greatest readings would not fit into 64 bits. */
  | 'SumOverflows'

/** The only way to a roster: what a round relies on is checked once. */
export function roster(
  given: Roster,
  { readingMax, ...rules }: GroupRules,
): Outcome<Roster, RosterProblem> {
  const { feeder, version, members } = given
  const isSorted = members.every((each, at) => at === 0 || (members[at - 1] ?? '') < each)
  const isNamed = feeder !== '' && feeder.length <= feederCharactersMax
  if (!isSorted || !isNamed || !Number.isSafeInteger(version) || version < 0)
    return refused('RosterMalformed')
  if (members.length > feederSumLimits.membersMax)
    return refused('RosterTooLarge', `${members.length} stations`)
  if (members.length < presentMin(members.length, rules))
    return refused('RosterTooSmall', `${members.length} stations`)
  if (BigInt(members.length) * readingMax >= 1n << 63n) return refused('SumOverflows')
  return ok({ feeder, version, members: [...members] })
}

/** Fewest members of a cell: as many honest ones as must be, and all who may conspire. */
export const cellMin = ({
  honestMin,
  coalitionMax,
}: Pick<GroupRules, 'honestMin' | 'coalitionMax'>): number => honestMin + coalitionMax

/**
 * Fewest stations in a sum: a cell, and more than half of all honest stations beside the coalition, so
 * that any two sums have an honest station in common, which sees both.
 */
export const presentMin = (
  members: number,
  rules: Pick<GroupRules, 'honestMin' | 'coalitionMax'>,
): number => Math.max(cellMin(rules), Math.floor((members + rules.coalitionMax) / 2) + 1)
