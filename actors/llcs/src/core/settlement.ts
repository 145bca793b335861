import { instant, type Instant } from '@interlock/kernel'
import type { RegisterReading, Registers } from './register-reading.ts'

export const halfHourMillis = 1_800_000

/** Why a reading is not believed, or what was counted before it does not go on with it. */
export type SettlementDoubt =
  /** It has been there before. */
  | 'NumberRepeated'
  /** A register is below what it was: another meter, or a wrong one. */
  | 'RegisterFell'
  /** More has passed than the circuit carries in that time. */
  | 'RegisterJumped'
  /** This clock went back. */
  | 'ClockBack'
  /** The network agrees with this clock, and boundaries are kept that lie ahead of it: it was ahead. */
  | 'ClockAhead'

/**
 * The registers at the end of a half-hour and the beginning of the next; or where what comes later does not go on
 * with what was before.
 */
export type SettlementEntry =
  | ({ readonly kind: 'boundary'; readonly at: Instant } & Registers)
  | { readonly kind: 'break'; readonly at: Instant; readonly doubt: SettlementDoubt }

type Boundary = Extract<SettlementEntry, { kind: 'boundary' }>
type Seen = RegisterReading & { readonly at: Instant; readonly isVouched: boolean }

/** What is known of the registers now. */
export type Counting = {
  readonly last?: Seen | undefined
  /** The last that is kept. */
  readonly entry?: SettlementEntry | undefined
  /** When the last boundary was, be there a break after it or not: none is before another. */
  readonly boundaryAt?: Instant | undefined
}
export type Counted = {
  readonly counting: Counting
  /** To be kept before the counting goes on from here. */
  readonly keep?: SettlementEntry
  readonly doubt?: SettlementDoubt
}
export type CountingRules = {
  /** Most that the circuit carries, in either direction. */
  readonly wattsMax: number
}

/**
 * The registers at a boundary are those of the first reading after it, if that and the one before are as close as
 * this; what passed between them is in the half-hour before.
 */
export const boundaryMillisMax = 5_000
/** A clock that is set right by less has not gone back. */
const slewMillisMax = 1_000

/** @param isVouched whether this clock may be believed: otherwise no boundary is where it says */
export function count(
  counting: Counting,
  reading: RegisterReading,
  { at, isVouched }: { readonly at: Instant; readonly isVouched: boolean },
  { wattsMax }: CountingRules,
): Counted {
  const { last, entry, boundaryAt } = counting
  if (last !== undefined && reading.number !== 0 && reading.number <= last.number)
    return { counting, doubt: 'NumberRepeated' }
  const before = last ?? (entry?.kind === 'boundary' ? entry : undefined)
  const isSlewed = before !== undefined && before.at > at && before.at - at <= slewMillisMax
  const now = isSlewed ? before.at : at
  const seen: Seen = { ...reading, at: now, isVouched }
  const doubt = before && doubtOf(before, seen, wattsMax)
  if (doubt !== undefined) return broken({ ...counting, last: seen }, doubt)
  const next: Counting = { ...counting, last: seen }
  const boundary = instant(Math.floor(now / halfHourMillis) * halfHourMillis)
  if (last === undefined || last.at >= boundary) return { counting: next }
  const isKnown = isVouched && last.isVouched && now - last.at <= boundaryMillisMax
  if (!isKnown || boundary <= (boundaryAt ?? -Infinity)) return { counting: next }
  const { importWattHours, exportWattHours } = reading
  const keep: Boundary = { kind: 'boundary', at: boundary, importWattHours, exportWattHours }
  return { counting: { last: seen, entry: keep, boundaryAt: boundary }, keep }
}

/** Where another line begins, or the same again: what has been there before is not known of it. */
export const reconnected = ({ last, ...counting }: Counting): Counting =>
  last === undefined ? counting : { ...counting, last: { ...last, number: -1 } }

function doubtOf(
  before: Registers & { readonly at: Instant },
  now: Seen,
  wattsMax: number,
): SettlementDoubt | undefined {
  if (now.at < before.at) return 'ClockBack'
  const hours = (now.at - before.at + boundaryMillisMax) / 3_600_000
  const most = wattsMax * hours + 1
  const passed = [
    now.importWattHours - before.importWattHours,
    now.exportWattHours - before.exportWattHours,
  ]
  if (passed.some((each) => each < 0)) return 'RegisterFell'
  return passed.some((each) => each > most) ? 'RegisterJumped' : undefined
}

/** Kept once: nothing goes on with what is broken already. */
function broken(counting: Counting, doubt: SettlementDoubt): Counted {
  const { entry, last } = counting
  if (entry?.kind !== 'boundary') return { counting, doubt }
  const keep: SettlementEntry = { kind: 'break', at: last?.at ?? entry.at, doubt }
  return { counting: { ...counting, entry: keep }, keep, doubt }
}

/** The network agrees with this clock at `at`: what is kept, if boundaries lie ahead of that. */
export const confirmed = ({ boundaryAt }: Counting, at: Instant): SettlementEntry | undefined =>
  boundaryAt === undefined || boundaryAt <= at + boundaryMillisMax
    ? undefined
    : { kind: 'break', at, doubt: 'ClockAhead' }

/** Without what this clock said while it was ahead: those half-hours are still to come. */
export function standing(entries: readonly SettlementEntry[]): readonly SettlementEntry[] {
  let stand: SettlementEntry[] = []
  for (const entry of entries) {
    if (entry.kind === 'break' && entry.doubt === 'ClockAhead')
      stand = stand.filter(({ at }) => at <= entry.at)
    stand.push(entry)
  }
  return stand
}

/** Where the counting goes on after a loss of power. */
export function countingFrom(entries: readonly SettlementEntry[]): Counting {
  const boundary = standing(entries).findLast(({ kind }) => kind === 'boundary')
  return { entry: entries.at(-1), boundaryAt: boundary?.at }
}

/** What passed between two boundaries that follow each other. */
export type Span = Registers & { readonly from: Instant; readonly until: Instant }

/**
 * What was counted: half-hours, and where a boundary was not seen, what passed until the next that was: of such a time
 * only the sum is known, and it is divided among half-hours by nobody.
 */
export const spansOf = (entries: readonly SettlementEntry[]): readonly Span[] =>
  standing(entries).flatMap((until, place, stand) => {
    const from = stand[place - 1]
    if (from?.kind !== 'boundary' || until.kind !== 'boundary') return []
    return {
      from: from.at,
      until: until.at,
      importWattHours: until.importWattHours - from.importWattHours,
      exportWattHours: until.exportWattHours - from.exportWattHours,
    }
  })

export const isHalfHour = ({ from, until }: Span): boolean => until - from === halfHourMillis
