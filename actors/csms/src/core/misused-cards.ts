import { blockWords, doubtUntil, doubtWords, isBlocking, type Finding } from '@interlock/driver'
import { toIso, type Instant } from '@interlock/kernel'

/** A card that the register of driver tokens has seen misused here. JSON values only. */
export type Misuse = Pick<Finding, 'uid' | 'kind' | 'station' | 'issuer'> & {
  /** The latest finding of the card here. */
  readonly number: number
  /** When it was found. */
  readonly at: number
  /**
   * `blocked`: it charges nowhere; `asked`: only where the register says so at that moment, and what anybody remembers of
   * it does not count; `none`: nothing follows for the card.
   */
  readonly measure: 'blocked' | 'asked' | 'none'
  /** `null`: until its issuer says something newer of it. */
  readonly until: number | null
}

/** What follows from a finding. */
export function misuseBy(finding: Finding, now: Instant): Misuse {
  const { kind, station, number, at, issuer } = finding
  const uid = finding.uid.toUpperCase()
  const found = { uid, kind, station, number, at, ...(issuer !== undefined && { issuer }) }
  if (isBlocking(kind)) return { ...found, measure: 'blocked', until: null }
  const until = doubtUntil(finding, now)
  return until === undefined
    ? { ...found, measure: 'none', until: now }
    : { ...found, measure: 'asked', until }
}

/** For people: what was found, and what follows. */
export function sentenceOn({ uid, kind, station, measure, until }: Misuse): string {
  if (measure === 'none')
    return `${kind} at ${station}, last with card ${uid}: the register has turned it away there.`
  const end = until === null ? 'until its issuer changes it' : `until ${toIso(until as Instant)}`
  return measure === 'blocked'
    ? `Card ${uid} charges at no station ${end}: ${blockWords(kind)} (${kind}, last at ${station}).`
    : `Card ${uid} charges only where the register says so at that moment ${end}: ${doubtWords(kind)} (${kind}, last at ${station}).`
}

/** What counts of misused cards; the stricter and longer of two counts. */
export type MisusedCards = {
  of(uid: string, now: Instant): Misuse | undefined
  put(misuse: Misuse): void
  /** All that count. */
  list(now: Instant): readonly Misuse[]
  /** What counts of the card and is older than that; of that issuer's alone, where one is named. */
  before(uid: string, at: Instant, issuer?: string): readonly Misuse[]
  /** Number of the latest finding that is known. */
  readonly latest: number
}

const misusesMax = 50_000
const weight = { none: 0, asked: 1, blocked: 2 } as const
const endOf = ({ until }: Misuse): number => until ?? Infinity

/** Of two words about one card, which counts for longer and more strictly. */
export const stricter = (one: Misuse, other: Misuse): Misuse => {
  const difference = weight[one.measure] - weight[other.measure] || endOf(one) - endOf(other)
  return difference > 0 ? one : other
}

export function misusedCards(): MisusedCards {
  /** By card and station. */
  const held = new Map<string, Misuse>()
  const byCard = new Map<string, Set<string>>()
  let latest = 0
  const forget = (key: string, uid: string): void => {
    held.delete(key)
    byCard.get(uid)?.delete(key)
    if (byCard.get(uid)?.size === 0) byCard.delete(uid)
  }
  const all = (uid: string): readonly Misuse[] =>
    [...(byCard.get(uid.toUpperCase()) ?? [])].flatMap((key) => held.get(key) ?? [])
  const counts = (misuse: Misuse, now: Instant): boolean =>
    misuse.measure !== 'none' && now < endOf(misuse)
  return {
    of(uid, now) {
      const those = all(uid).filter((each) => counts(each, now))
      return those.length === 0 ? undefined : those.reduce(stricter)
    },
    put(misuse) {
      const { uid, station, number } = misuse
      latest = Math.max(latest, number)
      const key = `${uid} ${station}`
      forget(key, uid)
      held.set(key, misuse)
      byCard.set(uid, (byCard.get(uid) ?? new Set()).add(key))
      for (const [oldest, { uid: whose }] of held) {
        if (held.size <= misusesMax) break
        forget(oldest, whose)
      }
    },
    list: (now) => [...held.values()].filter((each) => counts(each, now)),
    before: (uid, at, issuer) =>
      all(uid).filter(
        (each) =>
          each.measure !== 'none' &&
          each.at < at &&
          (issuer === undefined || each.issuer === issuer),
      ),
    get latest() {
      return latest
    },
  }
}
