import { instant, type Instant } from '@interlock/kernel'
import { parseRecord, readingTime } from '@interlock/ocmf'
import {
  halfHourly,
  halfHourMillis,
  type ExportPeriod,
  type MeterInterval,
} from '@interlock/privacy'
import type { KeptRecord } from './usage-log.ts'

/** One value of the register, and the record in which the meter signed it. */
export type SignedReading = {
  readonly at: Instant
  readonly wattHours: number
  readonly record: string
}

/** Readings that say what was used in `period`: one before and one after it too. */
export const readPeriod = ({ from, until }: ExportPeriod): ExportPeriod => ({
  from: instant(from - halfHourMillis),
  until: instant(until + halfHourMillis),
})

/**
 * What the meter's records say, in the order of time. A page that was signed twice was lost with the power between the
 * two: the later one is the one that counts.
 */
export function signedReadings(kept: readonly KeptRecord[]): readonly SignedReading[] {
  const pages = new Map<string, SignedReading>()
  for (const { record } of kept) {
    const read = parseRecord(record)
    const reading = read.ok ? read.value.payload.RD[0] : undefined
    const at = readingTime(reading?.TM ?? '')?.at
    if (!read.ok || at === undefined || typeof reading?.RV !== 'number') continue
    pages.set(read.value.payload.PG, { at, wattHours: reading.RV, record })
  }
  return [...pages.values()].sort((left, right) => left.at - right.at)
}

/** What was used in each half-hour that `period` touches; one that still runs is not told yet. */
export function usageIn(
  readings: readonly SignedReading[],
  period: ExportPeriod,
): readonly MeterInterval[] {
  const readUntil = readings.at(-1)?.at ?? 0
  return halfHourly(readings).filter(
    ({ from, until }) => until > period.from && from < period.until && until <= readUntil,
  )
}
