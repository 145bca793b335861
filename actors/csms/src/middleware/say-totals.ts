import type { ConsumptionTotal } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { inHours, instant, type Instant, type Outcome } from '@interlock/kernel'
import { halfHourMillis, usageFor, type MeterInterval } from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import { halfHoursDue } from './half-hours-due.ts'
import type { StationsSaid } from './say-consumption.ts'
import { sayInRounds, type Saying } from './say-in-rounds.ts'

export const totalPurposes = ['daily', 'monthly'] as const
export type TotalPurpose = (typeof totalPurposes)[number]

export type Totals = StationsSaid & {
  readonly publish: (
    station: string,
    purpose: TotalPurpose,
    total: ConsumptionTotal,
  ) => Promise<Outcome<unknown, string>>
  /** What each used by days, and how far each purpose has been told of. */
  readonly journal: Journal
}

/** `null`: it can be known no more. */
type Day = { readonly station: string; readonly from: Instant; readonly wattHours: number | null }
type Told = { readonly station: string; readonly told: TotalPurpose; readonly until: Instant }
type Station = {
  readonly days: Map<Instant, number | null>
  counted: Instant
  readonly told: Record<TotalPurpose, Instant>
}

const day = inHours(24)
/** A month, and what may be late of it. */
const daysMax = 40
/** What could not be said for so long is said to nobody. */
const sayMillisMax = inHours(48)

/**
 * Counts what each station used by whole days of UTC, as far as its meter has signed it, and says days and months that
 * are over and known in full, once: each to those whom the owner lets read for that purpose then.
 */
export function sayTotals(
  { stations, isThere, chargesOf, publish, journal }: Totals,
  deps: Pick<ActorDeps, 'clock' | 'activity' | 'log'>,
  label: string,
): Saying {
  const { clock } = deps
  const held = new Map<string, Station>()
  const apply = (entry: Day | Told): void => {
    const at = 'told' in entry ? entry.until : instant(entry.from + day)
    const station = held.get(entry.station) ?? begun(at)
    held.set(entry.station, station)
    if ('told' in entry) station.told[entry.told] = at
    else {
      station.days.set(entry.from, entry.wattHours)
      station.counted = at
      const oldest = at - daysMax * day
      for (const from of station.days.keys()) if (from < oldest) station.days.delete(from)
    }
  }
  for (const entry of journal.entries() as readonly (Day | Told)[]) apply(entry)
  const keep = (entry: Day | Told): void => {
    journal.append(entry)
    apply(entry)
    if (journal.isLong) journal.rewrite([...held].flatMap(([name, each]) => entriesOf(name, each)))
  }

  /** `undefined` while a charge of that day is not signed through. */
  async function usedIn(name: string, from: Instant): Promise<number | null | undefined> {
    const until = instant(from + day)
    const charges = await chargesOf(name, from, until)
    if (charges === undefined) return null
    const due = halfHoursDue(charges, from, until)
    if (due.until < until) return undefined
    const halfHours = due.runs.flatMap((run) =>
      run.wattHours.map((wattHours, at) =>
        counted(instant(run.from + at * halfHourMillis), halfHourMillis, wattHours),
      ),
    )
    return usageFor('daily', halfHours, clock.now())[0]?.importWattHours ?? null
  }

  async function count(name: string, station: Station, today: Instant): Promise<void> {
    for (;;) {
      const from = instant(Math.max(station.counted, today - daysMax * day))
      if (from >= today || !isThere(name)) return
      const wattHours = await usedIn(name, from)
      if (wattHours === undefined) return
      keep({ station: name, from, wattHours })
    }
  }

  async function say(name: string, station: Station, purpose: TotalPurpose): Promise<void> {
    const days = [...station.days].flatMap(([from, wattHours]) =>
      wattHours === null ? [] : [counted(from, day, wattHours)],
    )
    const now = clock.now()
    const since = Math.max(station.told[purpose], now - sayMillisMax)
    for (const { from, until, importWattHours } of usageFor(purpose, days, now)) {
      if (until <= since) continue
      const said = await publish(name, purpose, { from, until, wattHours: importWattHours })
      // Where nobody may read it, nobody is told later either.
      if (!said.ok && said.reason !== 'SealNotForUs') return
      keep({ station: name, told: purpose, until })
    }
  }

  async function tell(name: string): Promise<void> {
    const today = instant(Math.floor(clock.now() / day) * day)
    const station = held.get(name)
    if (station === undefined) {
      // What was before the first start is nobody's to tell.
      for (const told of totalPurposes) keep({ station: name, told, until: today })
      return
    }
    await count(name, station, today)
    for (const purpose of totalPurposes) await say(name, station, purpose)
  }
  return sayInRounds({ stations, tell, journal }, deps, label)
}

const begun = (at: Instant): Station => ({
  days: new Map(),
  counted: at,
  told: { daily: at, monthly: at },
})

const entriesOf = (station: string, { days, told }: Station): readonly (Day | Told)[] => [
  ...totalPurposes.map((purpose): Told => ({ station, told: purpose, until: told[purpose] })),
  ...[...days].map(([from, wattHours]): Day => ({ station, from, wattHours })),
]

const counted = (from: Instant, length: number, wattHours: number): MeterInterval => ({
  from,
  until: instant(from + length),
  importWattHours: wattHours,
  exportWattHours: 0,
  isEstimated: false,
})
