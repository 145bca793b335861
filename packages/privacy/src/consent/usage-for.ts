import type { ConsentPurpose } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'
import type { MeterInterval } from '../exports/interval.ts'

/** When the month, day or half-hour with `at` in it begins and ends, in UTC. */
const spans: Readonly<Record<ConsentPurpose, (at: Instant) => readonly [number, number]>> = {
  monthly(at) {
    const date = new Date(at)
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    return [Date.UTC(year, month), Date.UTC(year, month + 1)]
  },
  daily: (at) => multiple(at, 24 * 3_600_000),
  halfHourly: (at) => multiple(at, 1_800_000),
  dsr: (at) => multiple(at, 1_800_000),
}

const multiple = (at: number, length: number): readonly [number, number] => {
  const from = Math.floor(at / length) * length
  return [from, from + length]
}

/**
 * What a reader with consent for `purpose` gets of a station's intervals: totals no finer than the
 * purpose needs, and only of spans that are whole and over. An interval belongs to the span it begins in.
 */
export function usageFor(
  purpose: ConsentPurpose,
  intervals: readonly MeterInterval[],
  now: Instant,
): readonly MeterInterval[] {
  const totals = new Map<number, { readonly whole: MeterInterval; readonly covered: number }>()
  for (const each of intervals) {
    const [from, until] = spans[purpose](each.from)
    if (until > now || each.until > until) continue
    const before = totals.get(from)
    const { importWattHours = 0, exportWattHours = 0, isEstimated = false } = before?.whole ?? {}
    const whole = {
      from: instant(from),
      until: instant(until),
      importWattHours: importWattHours + each.importWattHours,
      exportWattHours: exportWattHours + each.exportWattHours,
      isEstimated: isEstimated || each.isEstimated,
    }
    totals.set(from, { whole, covered: (before?.covered ?? 0) + each.until - each.from })
  }
  return [...totals.values()]
    .filter(({ whole, covered }) => covered === whole.until - whole.from)
    .map(({ whole }) => whole)
    .sort((left, right) => left.from - right.from)
}
