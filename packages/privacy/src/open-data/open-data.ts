import { instant, type Eui64, type Instant } from '@interlock/kernel'

/** How coarse what everybody may read is. */
export type OpenDataRules = {
  /** Fewest stations behind a row. */
  readonly groupMin: number
  /** Largest part of a row that one station may be, 0 to 1. */
  readonly shareMax: number
  readonly periodMillis: number
  /** How long after its end a period is told. */
  readonly delayMillis: number
  /** How long rows stay; what is older is neither kept nor told. */
  readonly keepMillis: number
  /** Energies are told in multiples of it, and numbers of stations in multiples of `groupMin`. */
  readonly stepWattHours: number
}

/** One station's energy in one period. Only stations whose owners agreed are given. */
export type Contribution = {
  readonly station: Eui64
  /** The coarse one: a region, never a feeder. */
  readonly place: string
  readonly from: Instant
  readonly wattHours: number
}

export type OpenRow = {
  readonly place: string
  readonly from: Instant
  readonly until: Instant
  /** At least so many. */
  readonly stations: number
  readonly wattHours: number
}

/** What has been told, with whom each row is about; only `row` leaves the publisher. */
export type Publication = {
  readonly told: ReadonlyMap<
    string,
    {
      readonly from: Instant
      readonly row: OpenRow | undefined
      readonly stations: ReadonlySet<Eui64>
    }
  >
  /** Of periods that began before then, nothing is told with that station. */
  readonly withdrawn: ReadonlyMap<Eui64, Instant>
}

export const newPublication: Publication = { told: new Map(), withdrawn: new Map() }

const keyOf = (place: string, from: number): string => `${from} ${place}`

/**
 * Tells the periods that are due. A row is decided once, with those who agree then: told again with one
 * station more or less it would tell that station's energy.
 */
export function publish(
  { told, withdrawn }: Publication,
  contributions: readonly Contribution[],
  rules: OpenDataRules,
  now: Instant,
): Publication {
  const groups = new Map<string, Contribution[]>()
  for (const each of contributions) {
    const from = Math.floor(each.from / rules.periodMillis) * rules.periodMillis
    const isDue = from + rules.periodMillis + rules.delayMillis <= now
    const key = keyOf(each.place, from)
    const isWithdrawn = from < (withdrawn.get(each.station) ?? 0)
    if (!isDue || from < now - rules.keepMillis || isWithdrawn || told.has(key)) continue
    const group = groups.get(key) ?? []
    group.push({ ...each, from: instant(from) })
    groups.set(key, group)
  }
  const rows = [...groups].map(([key, group]) => {
    const stations = new Set(group.map((each) => each.station))
    const from = group[0]?.from ?? now
    return [key, { from, row: rowOf(group, rules), stations }] as const
  })
  const kept = [...told].filter(([, { from }]) => from >= now - rules.keepMillis)
  return { told: new Map([...kept, ...rows]), withdrawn }
}

/** Rows that everybody may read. */
export const openRows = ({ told }: Publication): readonly OpenRow[] =>
  [...told.values()].flatMap(({ row }) => (row === undefined ? [] : [row]))

/**
 * No row of a period that began within `during` is about `station`: those told are taken down and never told again,
 * without it either.
 */
export function withdraw(
  { told, withdrawn }: Publication,
  station: Eui64,
  during: { readonly from: Instant; readonly until: Instant },
): Publication {
  const isOf = (from: Instant): boolean => during.from <= from && from < during.until
  const kept = [...told].map(
    ([key, each]) =>
      [
        key,
        each.stations.has(station) && isOf(each.from) ? { ...each, row: undefined } : each,
      ] as const,
  )
  const until = instant(Math.max(during.until, withdrawn.get(station) ?? 0))
  return { told: new Map(kept), withdrawn: new Map([...withdrawn, [station, until]]) }
}

/** `undefined` where it would say too much of one. */
function rowOf(group: readonly Contribution[], rules: OpenDataRules): OpenRow | undefined {
  const [first] = group
  const byStation = new Map<Eui64, number>()
  for (const { station, wattHours } of group)
    byStation.set(station, (byStation.get(station) ?? 0) + wattHours)
  if (first === undefined || byStation.size < rules.groupMin) return undefined
  const energies = [...byStation.values()].map(Math.abs)
  const whole = energies.reduce((sum, each) => sum + each, 0)
  if (Math.max(...energies) > rules.shareMax * whole) return undefined
  const total = [...byStation.values()].reduce((sum, each) => sum + each, 0)
  return {
    place: first.place,
    from: first.from,
    until: instant(first.from + rules.periodMillis),
    stations: byStation.size - (byStation.size % rules.groupMin),
    wattHours: Math.round(total / rules.stepWattHours) * rules.stepWattHours,
  }
}
