import type { Consumption } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { instant, type Instant, type Outcome } from '@interlock/kernel'
import { halfHourMillis } from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import { halfHoursDue, type SignedCharge } from './half-hours-due.ts'
import { sayInRounds, type Saying } from './say-in-rounds.ts'

/** Of which stations what is said, and what of them is known. */
export type StationsSaid = {
  /** By name. */
  readonly stations: readonly string[]
  /** Whether all that the station has to tell has come: what one that is away has charged nobody knows here. */
  readonly isThere: (station: string) => boolean
  /** Those that touch the time, or `undefined` where there are too many to tell. */
  readonly chargesOf: (
    station: string,
    from: Instant,
    until: Instant,
  ) => Promise<readonly SignedCharge[] | undefined>
}
export type Consumptions = StationsSaid & {
  readonly publish: (station: string, payload: Consumption) => Promise<Outcome<unknown, string>>
  /** How far each has been told of. */
  readonly journal: Journal
}

type Entry = { readonly station: string; readonly until: Instant }

/** A day, which one message has room for. Older ones are told to nobody: a reader of today may be new. */
const halfHoursMax = 48

/**
 * Says each half-hour once, a few minutes after it ends. It is sealed as it is said, so that it goes to those whom the
 * owner lets read then; nothing waits in a queue for those who come later.
 */
export function sayConsumption(
  { stations, isThere, chargesOf, publish, journal }: Consumptions,
  deps: Pick<ActorDeps, 'clock' | 'activity' | 'log'>,
  label: string,
): Saying {
  const { clock } = deps
  const told = new Map<string, Instant>()
  for (const { station, until } of journal.entries() as readonly Entry[]) told.set(station, until)
  const keep = (station: string, until: Instant): void => {
    if (told.get(station) === until) return
    journal.append({ station, until } satisfies Entry)
    told.set(station, until)
    if (journal.isLong)
      journal.rewrite([...told].map(([name, at]) => ({ station: name, until: at })))
  }

  async function tell(station: string): Promise<void> {
    const until = instant(Math.floor(clock.now() / halfHourMillis) * halfHourMillis)
    const before = told.get(station)
    // What was before the first start is nobody's to tell.
    if (before === undefined) return keep(station, until)
    const from = instant(Math.max(before, until - halfHoursMax * halfHourMillis))
    if (from >= until || !isThere(station)) return
    const charges = await chargesOf(station, from, until)
    if (charges === undefined) return keep(station, until)
    const due = halfHoursDue(charges, from, until)
    for (const run of due.runs) {
      if (!(await publish(station, run)).ok) return
      keep(station, instant(run.from + run.wattHours.length * halfHourMillis))
    }
    keep(station, due.until)
  }

  return sayInRounds({ stations, tell, journal }, deps, label)
}
