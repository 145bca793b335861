import { limits } from '@interlock/contract'
import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { hoursFrom, soldHours, type HoursInForce, type QuietHours } from '@interlock/power'
import type { HoursStatement } from '@interlock/seal'

/** What the register knows of one charger's hours. JSON values only. */
export type HoursRecord = {
  /** Of the last statement that was looked at, with its digest. */
  readonly counter: number
  readonly digest: string
  /** What the charger has said that it follows: the statement that was acknowledged, and its hours. */
  readonly held: { readonly counter: number; readonly hours: HoursInForce }
  /** Acknowledged; whether the charger has been told is not known. */
  readonly granted?: GrantedHours
}
export type GrantedHours = {
  readonly counter: number
  readonly quiet: readonly QuietHours[]
  readonly from: Instant
  /** The ledger reservation that pays for it, where it moves load. */
  readonly reservation?: string
}

/** Every hours that a charger may follow; one where it is known. */
export function possibleHours(record: HoursRecord | undefined): readonly HoursInForce[] {
  if (record === undefined) return [soldHours]
  const { held, granted } = record
  return granted === undefined ? [held.hours] : [held.hours, following(held.hours, granted)]
}

/** Counters of the statements whose hours those are; 0: as it was sold. */
export const possibleStatements = (record: HoursRecord | undefined): readonly number[] => {
  if (record === undefined) return [0]
  const { held, granted } = record
  return granted === undefined ? [held.counter] : [held.counter, granted.counter]
}

const following = ({ quiet }: HoursInForce, granted: GrantedHours): HoursInForce => ({
  quiet,
  next: { quiet: granted.quiet, from: granted.from },
})

export type Taken = {
  readonly record: HoursRecord
  /** Of hours that the charger can never take any more: its reservation is given back. */
  readonly superseded?: string
}

/**
 * What a verified statement says of the hours that are held; what it asks for is not granted yet. A charger takes
 * the acknowledgement of its last statement only, so a new one that holds something else ends the one before.
 */
export function takeStatement(
  record: HoursRecord | undefined,
  { counter, holds, wants }: HoursStatement,
  digest: string,
  now: Instant,
): Outcome<Taken, 'HoursConflict'> {
  const conflict = (why: string) => refused('HoursConflict', why)
  if (record !== undefined && counter <= record.counter)
    return conflict('its counter, or a later one, was used before')
  const held = heldBy(record, holds, now)
  if (held === undefined) return conflict('it follows hours that nobody acknowledged')
  if (wants !== null) {
    const ahead = wants.from - now
    if (held.hours.next !== undefined) return conflict('what was acknowledged has not begun')
    if (ahead < limits.budgetWindowMillis) return conflict('they would begin too soon')
    if (ahead > limits.hoursAheadMillisMax) return conflict('they would begin too late')
  }
  const granted = record?.granted
  const superseded = granted?.counter === held.counter ? undefined : granted?.reservation
  return ok({
    record: { counter, digest, held },
    ...(superseded === undefined ? {} : { superseded }),
  })
}

/** A statement with what this supervisor once signed about it. */
export type AnsweredStatement = {
  readonly statement: HoursStatement
  readonly digest: string
  readonly verdict: 'acknowledged' | 'refused'
}

/** What hours would have moved, for a ledger that has forgotten it. */
export type RestoredGrant = {
  readonly before: HoursInForce
  readonly granted: GrantedHours & { readonly reservation: string }
}

/**
 * What is known of a charger again from what was signed about it, where the register is lost or older. `answered` is
 * verified: the last statement first, then the one whose hours it names, and the one before that.
 */
export function restored(
  record: HoursRecord | undefined,
  answered: readonly AnsweredStatement[],
  now: Instant,
): Outcome<
  { readonly record: HoursRecord; readonly moved: readonly RestoredGrant[] },
  'HoursConflict'
> {
  const conflict = (why: string) => refused('HoursConflict', why)
  const [last, ...earlier] = answered
  if (last === undefined) return conflict('nothing was answered')
  const { counter, holds } = last.statement
  if (record !== undefined && counter <= record.counter)
    return conflict('the register knows this statement, or a later one')
  const hours = hoursOf(holds, earlier, now)
  if (hours === undefined) return conflict('it follows hours that nobody acknowledged')
  const held = { counter: holds, hours }
  const granted = grantedBy(last)
  const known = { counter, digest: last.digest, held }
  const before = earlier.flatMap((each) => grantOf(each, earlier, now))
  return ok({
    record: granted === undefined ? known : { ...known, granted },
    moved: granted === undefined ? before : [{ before: hours, granted }, ...before],
  })
}

function grantOf(
  answered: AnsweredStatement,
  earlier: readonly AnsweredStatement[],
  now: Instant,
): readonly RestoredGrant[] {
  const granted = grantedBy(answered)
  const before = hoursOf(answered.statement.holds, earlier, now)
  return granted === undefined || before === undefined ? [] : [{ before, granted }]
}

function grantedBy({ statement, digest, verdict }: AnsweredStatement) {
  const { counter, wants } = statement
  if (verdict !== 'acknowledged' || wants === null) return undefined
  return { counter, quiet: wants.quiet, from: wants.from, reservation: reservationOf(digest) }
}

/** Made from the statement, so that stating twice reserves once. */
export const reservationOf = (digest: string): string => digest.slice(0, 32)

/** The hours that the statement of that counter has brought about. */
function hoursOf(
  counter: number,
  answered: readonly AnsweredStatement[],
  now: Instant,
): HoursInForce | undefined {
  if (counter === 0) return soldHours
  const found = answered.findIndex(({ statement }) => statement.counter === counter)
  const named = answered[found]
  const granted = named === undefined ? undefined : grantedBy(named)
  if (named === undefined || granted === undefined) return undefined
  if (granted.from <= now) return { quiet: granted.quiet }
  // Until they begin those before are in force.
  const before = hoursOf(named.statement.holds, answered.slice(found + 1), now)
  return before === undefined ? undefined : following(hoursFrom(before, now), granted)
}

function heldBy(
  record: HoursRecord | undefined,
  holds: number,
  now: Instant,
): HoursRecord['held'] | undefined {
  // Also a charger that has lost its memory: it says so itself, by a later counter.
  if (holds === 0) return { counter: 0, hours: soldHours }
  if (record === undefined) return undefined
  const { held, granted } = record
  const settled = hoursFrom(held.hours, now)
  if (holds === held.counter) return { counter: holds, hours: settled }
  if (holds !== granted?.counter) return undefined
  return { counter: holds, hours: hoursFrom(following(settled, granted), now) }
}
