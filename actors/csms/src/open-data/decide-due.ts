import { instant, type Eui64, type Instant } from '@interlock/kernel'
import type { Contribution, ExportPeriod, MeterInterval, OpenDataRules } from '@interlock/privacy'
import type { OpenDataBook } from './book.ts'

export type Deciding = {
  readonly book: OpenDataBook
  readonly rules: OpenDataRules
  /** Where its stations are: a region. */
  readonly place: string
  /** `undefined` where it cannot be said. */
  readonly usageOf: (
    station: Eui64,
    period: ExportPeriod,
  ) => Promise<readonly MeterInterval[] | undefined>
  /** The station's own list of its owners' keys; `undefined` where it does not say. */
  readonly keysOf: (station: Eui64) => Promise<readonly string[] | undefined>
}

/** After a time away, so many periods at once; the others next time. */
const periodsMax = 7

/** Chargers that are asked at once; one that does not answer keeps the others waiting no longer than it must. */
export const askedAtOnce = 16

/**
 * Asks stations whether those who agreed are their owners still. Whom a charger does not name after a period has ended
 * is in no row of it: an agreement is a person's, and does not pass to whoever lives there next.
 */
export async function hearOwners({ book, rules, keysOf }: Deciding, now: Instant): Promise<void> {
  const ended = instant(now - (now % rules.periodMillis))
  const stations = book.unheard(ended)
  for (let each = 0; each < stations.length; each += askedAtOnce)
    await Promise.all(
      stations.slice(each, each + askedAtOnce).map(async (station) => {
        const keys = await keysOf(station)
        if (keys !== undefined) book.heard(station, keys, now)
      }),
    )
}

/** Tells the periods that are due, each once, of those who had agreed to all of it and have used something in it. */
export async function decideDue(deciding: Deciding, now: Instant): Promise<void> {
  const { book, rules } = deciding
  const { periodMillis, delayMillis } = rules
  const due = Math.floor((now - delayMillis) / periodMillis) * periodMillis
  const decided = book.decidedUntil()
  // What was before the first start is nobody's to tell.
  if (decided === undefined) return book.decide([], instant(due), now)
  const last = Math.min(due, decided + periodsMax * periodMillis)
  for (let from: number = decided; from < last; from += periodMillis) {
    const period = { from: instant(from), until: instant(from + periodMillis) }
    book.decide(await contributionsOf(deciding, period), period.until, now)
  }
}

async function contributionsOf(
  { book, place, usageOf }: Deciding,
  period: ExportPeriod,
): Promise<readonly Contribution[]> {
  const found: Contribution[] = []
  for (const station of book.agreed(period)) {
    const intervals = (await usageOf(station, period)) ?? []
    const wattHours = intervals.reduce(
      (sum, each) => sum + each.importWattHours - each.exportWattHours,
      0,
    )
    // Whoever used nothing hides nobody.
    if (wattHours !== 0) found.push({ station, place, from: period.from, wattHours })
  }
  return found
}
