import { limits } from '@interlock/contract'
import type { CalendarDate, TimeOfUseTariffBody } from '@interlock/duis'
import { registers, type CalendarDay } from '@interlock/gbcs'
import type { Instant } from '@interlock/kernel'
import { standardMessage, type StandardTables, type Tariff } from '@interlock/tariff'

/** When a tariff is sent, and from when it is to hold. */
export type Sending = {
  readonly now: Instant
  /** Absent: at once. */
  readonly executeAt?: Instant | undefined
  /** Until then the data company may send a tariff of ours that it holds for its date. */
  readonly heldUntil: Instant
}

/**
 * A tariff of one version as the standard's 1.1.1 has it, with the date from which it holds; `undefined`
 * where the standard cannot say it, or not for when it holds. An end is not said: the next one is to be
 * published by then. While one of ours is held by the data company the order must be that of versions,
 * since its counter is for its date and above all that is sent before.
 */
export function standardBody(
  tariff: Tariff,
  { now, executeAt = now, heldUntil }: Sending,
): TimeOfUseTariffBody | undefined {
  const [version] = tariff.versions
  const tables = standardMessage(tariff, now)
  if (version === undefined || !tables.ok || heldUntil > now) return undefined
  const from = Math.max(executeAt, version.validFrom)
  const inTime = from <= now + limits.futureDatedMillisMax && from % 1000 === 0
  if (version.validUntil <= Math.max(from, now) || (from > now && !inTime)) return undefined
  return bodyOfTables(tables.value, from > now ? (from as Instant) : undefined)
}

const bodyOfTables = (
  tables: StandardTables,
  executeAt: Instant | undefined,
): TimeOfUseTariffBody => ({
  kind: 'timeOfUseTariff',
  executeAt,
  elements: {
    currency: 'GBP',
    switching: {
      days: tables.days.map(({ name, switches }) => ({
        name,
        switches: switches.map(({ atSeconds, register }) => ({ at: timeOf(atSeconds), register })),
      })),
      weeks: tables.weeks,
      seasons: tables.seasons.map((each) => ({ ...each, start: dateOf(each.start) })),
    },
    specialDays: tables.specialDays.map(({ date, day }) => ({ date: dateOf(date), day })),
    thresholds: tables.thresholds,
  },
  prices: {
    standingCharge: tables.standingCharge,
    standingChargeScale: tables.standingChargeScale,
    priceScale: tables.priceScale,
    ...pricesOf(tables),
  },
})

const dateOf = (day: CalendarDay): CalendarDate => ({ ...day, weekday: 'any' })

/** `hh:mm:ss`. */
const timeOf = (seconds: number): string =>
  [seconds / 3_600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':')

/** Of the registers from the first to the last that counts, by time of use and with blocks. */
function pricesOf({
  days,
  prices,
}: StandardTables): Pick<TimeOfUseTariffBody['prices'], 'timeOfUse' | 'blocks'> {
  const { timeOfUse, block } = registers
  const used = days.flatMap(({ switches }) => switches.map(({ register }) => register))
  const last = (of: readonly number[]): number => Math.max(0, ...of)
  const timed = last(used.filter((register) => register < block.first))
  const blocked = last(used) - block.first + 1
  return {
    timeOfUse: prices.slice(0, timed),
    blocks: Array.from({ length: Math.max(0, blocked) }, (_, index) =>
      Array.from(
        { length: block.blocks },
        (_block, at) => prices[timeOfUse.count + at * block.count + index] ?? 0,
      ),
    ),
  }
}
