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
