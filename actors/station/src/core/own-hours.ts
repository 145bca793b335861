import { limits, type AnsweredHours, type FlattenedJws } from '@interlock/contract'
import {
  canonicalJson,
  inHours,
  ok,
  plus,
  refused,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import {
  hoursFrom,
  localMidnight,
  soldHours,
  type HoursInForce,
  type QuietHours,
} from '@interlock/power'
import type { HoursAcknowledgement, WantedHours } from '@interlock/seal'

/** The charger's hours and what its supervisor knows of them. JSON values only. */
export type OwnHours = {
  /** Of the last statement that was signed; never lower again. */
  readonly counter: number
  /** Of the acknowledged statement whose hours these are; 0: those it was sold with. */
  readonly holds: number
  /** The last `holds` that the supervisor has answered to; absent: it may have forgotten. */
  readonly told?: number
  readonly hours: HoursInForce
  /** Signed, and not answered yet. */
  readonly stated?: StatedHours
  /** What the supervisor had no room for, until something else is chosen. */
  readonly refused?: { readonly quiet: readonly QuietHours[]; readonly reason: string }
  /** The last statement that was answered, and those whose hours it rests on; the latest first. */
  readonly answered?: readonly AnsweredStatement[]
}
export type AnsweredStatement = AnsweredHours & {
  readonly counter: number
  readonly holds: number
}
export type StatedHours = {
  readonly statement: FlattenedJws
  readonly counter: number
  readonly holds: number
  readonly digest: string
  readonly wants: WantedHours | null
}
/** What the owner, or an agreement that the charger is sold with, makes of the hours. */
export type Wish = Pick<WantedHours, 'quiet' | 'agreement'>

export const soldOwnHours: OwnHours = { counter: 0, holds: 0, told: 0, hours: soldHours }

/**
 * What is to be signed next; undefined when all is said. Hours that are acknowledged and have not begun are not
 * taken back: another wish waits until they have.
 */
export function toState(
  own: OwnHours,
  wish: Wish,
  now: Instant,
): { readonly wants: WantedHours | null } | undefined {
  const { stated, told } = own
  const hours = hoursFrom(own.hours, now)
  const open = stated?.wants ?? undefined
  if (isUnmet(own, wish, now) && hours.next === undefined) {
    const isAsked = open !== undefined && now < open.from && same(open.quiet, wish.quiet)
    return isAsked ? undefined : { wants: { ...wish, from: beginningAfter(now) } }
  }
  // The supervisor may have acknowledged what is not wished for any more.
  if (open !== undefined) return { wants: null }
  return stated === undefined && told !== own.holds ? { wants: null } : undefined
}

/** Neither in force, nor about to be, nor refused. */
function isUnmet(own: OwnHours, { quiet }: Wish, now: Instant): boolean {
  const hours = hoursFrom(own.hours, now)
  if (own.refused !== undefined && same(own.refused.quiet, quiet)) return false
  return !same(hours.next?.quiet ?? hours.quiet, quiet)
}

/** The supervisor reckons with other hours than these: which they are is to be said again. */
export function forgotten(own: OwnHours): OwnHours {
  const { told: _, ...rest } = own
  return rest
}

/** Above every counter before, also those of a memory that was lost. */
export const counterAfter = ({ counter }: OwnHours, now: Instant): number =>
  Math.max(counter + 1, now)

/** The next midnight in Great Britain for which the day before is not closed to plans yet. */
export function beginningAfter(now: Instant): Instant {
  const midnight = localMidnight(plus(localMidnight(now), inHours(26)))
  if (midnight - now >= limits.planClosureMillis) return midnight
  return localMidnight(plus(midnight, inHours(26)))
}

/**
 * What a verified acknowledgement makes of it. It counts for the last statement alone, and for hours that have not
 * begun: else whoever carries it could choose the moment at which a street of chargers takes to other hours.
 */
export function acknowledged(
  own: OwnHours,
  answer: Pick<HoursAcknowledgement, 'counter' | 'digest' | 'verdict' | 'reason'>,
  now: Instant,
): Outcome<OwnHours, 'AnotherStatement' | 'AcknowledgedLate'> {
  const { stated, ...rest } = own
  if (stated === undefined || answer.counter !== stated.counter || answer.digest !== stated.digest)
    return refused('AnotherStatement', `${answer.counter}`)
  const { wants, counter, holds } = stated
  const heard = { ...rest, told: holds }
  if (wants === null) return ok(heard)
  if (now >= wants.from) return refused('AcknowledgedLate', `${counter}`)
  const { quiet, from } = wants
  if (answer.verdict === 'refused')
    return ok({ ...heard, refused: { quiet, reason: answer.reason ?? 'Refused' } })
  const { refused: _, ...taken } = heard
  const hours = { quiet: hoursFrom(own.hours, now).quiet, next: { quiet, from } }
  return ok({ ...taken, holds: counter, hours })
}

/** With an answer that has been taken: what the hours now rest on, for who would see it signed. */
export function withAnswered(
  own: OwnHours,
  { statement, counter, holds }: StatedHours,
  acknowledgement: FlattenedJws,
): OwnHours {
  const of = (sought: number) => (own.answered ?? []).filter((each) => each.counter === sought)
  const held = of(holds)
  const before = held.flatMap((each) => of(each.holds))
  const last = { statement, acknowledgement, counter, holds }
  return { ...own, answered: [last, ...held, ...before] }
}

/** What a charger says of its hours to who asks, in one of four words. */
export type HoursState = {
  readonly state: 'inForce' | 'waiting' | 'acknowledged' | 'refused'
  /** In force now. */
  readonly quiet: readonly QuietHours[]
  /** What is to come, or was refused. */
  readonly wants?: readonly QuietHours[]
  readonly from?: Instant
  readonly reason?: string
}

export function stateOf(own: OwnHours, wish: Wish, now: Instant): HoursState {
  const hours = hoursFrom(own.hours, now)
  const { quiet, next } = hours
  if (own.refused !== undefined && same(own.refused.quiet, wish.quiet))
    return { state: 'refused', quiet, wants: wish.quiet, reason: own.refused.reason }
  if (isUnmet(own, wish, now)) {
    const open = own.stated?.wants ?? undefined
    const from = open !== undefined && same(open.quiet, wish.quiet) ? { from: open.from } : {}
    return { state: 'waiting', quiet, wants: wish.quiet, ...from }
  }
  if (next === undefined) return { state: 'inForce', quiet }
  return { state: 'acknowledged', quiet, wants: next.quiet, from: next.from }
}

const same = (left: readonly QuietHours[], right: readonly QuietHours[]): boolean =>
  canonicalJson(left) === canonicalJson(right)
