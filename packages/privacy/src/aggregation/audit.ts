import type { Eui64 } from '@interlock/kernel'
import { masksWith, wrap, type Word } from './mask-words.ts'
import type { Roster } from './roster.ts'

/**
 * A round without a reading, whose words are all opened: they are of a use of their own and say nothing
 * about any mask.
 */
export type Opening = {
  readonly station: Eui64
  readonly round: number
  /** Sum of the words with its signs, as if it masked zero. */
  readonly value: bigint
  readonly words: ReadonlyMap<Eui64, bigint>
}

export function openAudit(station: Eui64, { members }: Roster, round: number, word: Word): Opening {
  const peers = members.filter((each) => each !== station)
  return {
    station,
    round,
    value: masksWith(station, members, 'audit', round, word),
    words: new Map(peers.map((peer) => [peer, word(peer, 'audit', round)])),
  }
}

export type Findings = {
  /** Wrong for certain: their sum is not that of their words, or more disagree than could conspire. */
  readonly atFault: readonly Eui64[]
  /** Pairs of which one is wrong and nothing here says which. */
  readonly disputed: readonly (readonly [Eui64, Eui64])[]
}

/** Who masks wrongly, as far as the openings of one audit round show it. */
export function auditFindings(openings: readonly Opening[], coalitionMax: number): Findings {
  const of = new Map(openings.map((each) => [each.station, each]))
  const disagreements = new Map<Eui64, number>()
  const pairs: (readonly [Eui64, Eui64])[] = []
  for (const { station, round, words } of openings)
    for (const [peer, word] of words) {
      const other = of.get(peer)
      if (station > peer || other === undefined) continue
      if (other.round === round && other.words.get(station) === word) continue
      pairs.push([station, peer])
      for (const each of [station, peer])
        disagreements.set(each, (disagreements.get(each) ?? 0) + 1)
    }
  const atFault = openings
    .filter((each) => isInconsistent(each) || (disagreements.get(each.station) ?? 0) > coalitionMax)
    .map((each) => each.station)
  const disputed = pairs.filter((pair) => !pair.some((each) => atFault.includes(each)))
  return { atFault, disputed }
}

const isInconsistent = ({ station, round, value, words }: Opening): boolean =>
  wrap(value) !==
  masksWith(station, [...words.keys()], 'audit', round, (peer) => words.get(peer) ?? 0n)
