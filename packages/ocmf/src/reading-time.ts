import { fromIso, type Instant } from '@interlock/kernel'

/** How the meter's clock was set: U not known, I by itself, S synchronised, R relative to a known start. */
export type ClockState = 'U' | 'I' | 'S' | 'R'

/**
 * Moment and state of the clock of a reading (`TM`), as in `2026-01-12T20:30:00,000+0100 S`.
 * `undefined` for anything else.
 */
export function readingTime(
  text: string,
): { readonly at: Instant; readonly clock: ClockState } | undefined {
  const [, local, fraction, zone, state] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d),(\d{3})([+-]\d{4}) ([UISR])$/.exec(text) ?? []
  if (local === undefined || zone === undefined) return undefined
  const at = fromIso(`${local}.${fraction}${zone.slice(0, 3)}:${zone.slice(3)}`)
  return at === undefined ? undefined : { at, clock: state as ClockState }
}
