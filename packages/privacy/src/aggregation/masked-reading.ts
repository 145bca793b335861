import { ok, refused, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import { closingPeers, type Closing, type ClosingUseOf } from './closing.ts'
import {
  admitSet,
  recent,
  sameSet,
  windowOf,
  type History,
  type SetProblem,
} from './differencing.ts'
import { masksWith, wrap, type Word } from './mask-words.ts'
import { roundAt, type GroupRules, type Roster } from './roster.ts'

/** A number of one station for one round; uniform over 64 bits to whoever lacks its keys. */
export type Masked = { readonly station: Eui64; readonly round: number; readonly value: bigint }

/** What a station keeps; it is on disk before the message that goes with it is sent. */
export type StationRounds = {
  readonly rosterVersion: number
  /** Last round that a reading was masked for, −1 for none. */
  readonly masked: number
  /** Last round that was unmasked, −1 for none. */
  readonly unmasked: number
  readonly history: History
}

export type StationProblem =
  /** A mask is used once. */
  | 'RoundUsed'
  | 'ReadingOutOfRange'
  | 'RosterOlder'
  /** Sums of the roster before are too near. */
  | 'RosterTooNew'
  /** No reading was masked for it, or it was unmasked already. */
  | 'RoundNotOpen'
  /** The station is not among those told. */
  | 'NotPresent'
  /** Sets that this station was told are missing from those the aggregator names, or come later. */
  | 'HistoryChanged'
  | SetProblem

export const newStationRounds = (rosterVersion: number): StationRounds => ({
  rosterVersion,
  masked: -1,
  unmasked: -1,
  history: [],
})

type Step = { readonly message: Masked; readonly rounds: StationRounds }

/** One station, as it takes part in the sums of its feeder. */
export type Participant = {
  readonly station: Eui64
  readonly roster: Roster
  readonly rules: GroupRules
  readonly word: Word
  readonly closingUse: ClosingUseOf
}

/**
 * First message of the round of `now`, by the station's trusted clock: reading + blind + masks with every other member, modulo 2^64. The blind is
 * known to the station alone, so even all the others together cannot open it.
 */
export function maskReading(
  { station, roster, rules, word }: Participant,
  rounds: StationRounds,
  now: Instant,
  reading: bigint,
): Outcome<Step, StationProblem> {
  const round = roundAt(now, rules)
  const current = withRoster(rounds, roster, windowOf(round, rules))
  if (!current.ok) return current
  if (round <= rounds.masked) return refused('RoundUsed')
  if (reading > rules.readingMax || reading < -rules.readingMax) return refused('ReadingOutOfRange')
  const masks = masksWith(station, roster.members, 'mask', round, word)
  const value = wrap(reading + word(station, 'blind', round) + masks)
  const message = { station, round, value }
  return ok({ message, rounds: { ...current.value, masked: round } })
}

/**
 * Second message: what takes the blind off, and the masks with those who sent nothing; and words of this
 * closing with some of those present, which cancel if all were told the same. Given once for each round
 * and only as one number, so it opens the sum over `present` and nothing else.
 */
export function unmaskReading(
  { station, roster, rules, word, closingUse }: Participant,
  rounds: StationRounds,
  closing: Closing,
): Outcome<Step, StationProblem> {
  const { round, present, earlier } = closing
  if (
    round !== rounds.masked ||
    round <= rounds.unmasked ||
    rounds.rosterVersion !== roster.version
  )
    return refused('RoundNotOpen')
  if (!present.includes(station)) return refused('NotPresent')
  const window = windowOf(round, rules)
  const history = recent(rounds.history, window)
  if (!extendsHistory(history, earlier, window)) return refused('HistoryChanged')
  const admitted = admitSet(earlier, present, roster, rules)
  if (!admitted.ok) return admitted
  const here = new Set(present)
  const missing = roster.members.filter((each) => !here.has(each))
  const masks = masksWith(station, missing, 'mask', round, word)
  const peers = closingPeers(station, present, rules)
  const bound = masksWith(station, peers, closingUse(closing), round, word)
  const message = { station, round, value: wrap(bound - word(station, 'blind', round) - masks) }
  return ok({
    message,
    rounds: { ...rounds, unmasked: round, history: withTold(earlier, window, present) },
  })
}

/** `present` once in each window. */
export const withTold = (history: History, window: number, present: readonly Eui64[]): History =>
  history.some((told) => told.window === window && sameSet(told.members, present))
    ? history
    : [...history, { window, members: [...present] }]

/**
 * A station vouches for the sets that it was in itself. Any two sets share an honest station, and there
 * is a sum only where all of a set were told the same: so that holds every set that was told.
 */
function extendsHistory(own: History, told: History, window: number): boolean {
  const isInOrder = told.every(
    (each, at) => each.window <= window && each.window >= (told[at - 1]?.window ?? window - 1),
  )
  return (
    isInOrder &&
    own.every((each, at) => {
      const other = told[at]
      return other?.window === each.window && sameSet(other.members, each.members)
    })
  )
}

/** A new roster starts when no sum of the old one could be subtracted any more. */
function withRoster(
  rounds: StationRounds,
  { version }: Roster,
  window: number,
): Outcome<StationRounds, 'RosterOlder' | 'RosterTooNew'> {
  if (version === rounds.rosterVersion) return ok(rounds)
  if (version < rounds.rosterVersion) return refused('RosterOlder')
  return recent(rounds.history, window).length > 0
    ? refused('RosterTooNew')
    : ok({ ...rounds, rosterVersion: version, history: [] })
}
