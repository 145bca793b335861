import type { ConsumptionTotal } from '@interlock/contract'
import { inHours, instant, type Clock } from '@interlock/kernel'
import { usageFor } from '@interlock/privacy'
import { messageUnfit, type Following, type Proofs, type Received } from '@interlock/topics'
import type { Journal } from '@interlock/store'

export const totalPurposes = ['daily', 'monthly'] as const
export type TotalPurpose = (typeof totalPurposes)[number]

/** What customers used by whole days and months, as each let this supplier read. */
export type UsageTotals = {
  /** What is said of a day or a month again counts in place of what was said before. */
  take(home: string, purpose: TotalPurpose, total: ConsumptionTotal): void
  /** In the order of time. */
  of(home: string, purpose: TotalPurpose): readonly ConsumptionTotal[]
  /** Takes off the disk what is too old to be kept. */
  forget(): void
  close(): void
}

type Entry = {
  readonly home: string
  readonly purpose: TotalPurpose
  readonly total: ConsumptionTotal
}

/** On the disk before it counts. @param days for how many days before now a total of each purpose is kept */
export function openUsageTotals(
  journal: Journal,
  {
    days,
    clock,
  }: {
    readonly days: Readonly<Record<TotalPurpose, number>>
    readonly clock: Pick<Clock, 'now'>
  },
): UsageTotals {
  const held = new Map<string, Entry>()
  const nameOf = ({ home, purpose, total }: Entry): string => `${home} ${purpose} ${total.from}`
  const isYoung = ({ purpose, total }: Entry): boolean =>
    total.until > clock.now() - inHours(24 * days[purpose])
  const forgetOld = (): boolean => {
    const before = held.size
    for (const [name, entry] of held) if (!isYoung(entry)) held.delete(name)
    return held.size < before
  }
  for (const entry of journal.entries() as readonly Entry[]) held.set(nameOf(entry), entry)

  return {
    take(home, purpose, total) {
      const entry: Entry = { home, purpose, total }
      if (!isYoung(entry)) return
      journal.append(entry)
      held.set(nameOf(entry), entry)
      if (!journal.isLong) return
      forgetOld()
      journal.rewrite([...held.values()])
    },
    of: (home, purpose) =>
      [...held.values()]
        .filter((each) => each.home === home && each.purpose === purpose && isYoung(each))
        .map(({ total }) => total)
        .toSorted((one, other) => one.from - other.from),
    forget() {
      if (forgetOld()) journal.rewrite([...held.values()])
    },
    close: () => journal.close(),
  }
}

/** An author's clock may be ahead so far. */
const aheadMillis = 60_000
/** Half an hour's most of {@link openHalfHours}, for a day. */
const wattHoursPerDayMax = 48_000_000

/** Whether it is of one whole day, or month, that is over, and an energy that a home's charger can draw. */
export function isTotalOf(
  purpose: TotalPurpose,
  { from, until, wattHours }: ConsumptionTotal,
  now: number,
): boolean {
  const interval = {
    from: instant(from),
    until: instant(until),
    importWattHours: wattHours,
    exportWattHours: 0,
    isEstimated: false,
  }
  const isWhole = usageFor(purpose, [interval], instant(now + aheadMillis)).length === 1
  return isWhole && wattHours <= wattHoursPerDayMax * ((until - from) / inHours(24))
}

/** @param hears whose word counts for a home: of the CSMS of its contract alone */
export const totalsFollowing = (
  purpose: TotalPurpose,
  hears: NonNullable<Following['hears']>,
  {
    totals,
    proofs,
    clock,
  }: {
    readonly totals: Pick<UsageTotals, 'take'>
    readonly proofs: Pick<Proofs, 'keep'>
    readonly clock: Pick<Clock, 'now'>
  },
): Following => ({
  name: `${purpose}Consumption`,
  selection: { kind: `${purpose}Consumption` },
  begins: 'first',
  // A consent that is withdrawn, and given again, is a gap.
  ignores: ['SealNotForUs'],
  hears: (author, topic) => author.role === 'csms' && hears(author, topic),
  async handle(received: Received) {
    const total = received.payload as ConsumptionTotal
    if (!isTotalOf(purpose, total, clock.now())) throw messageUnfit('TotalInvalid')
    totals.take(received.topic.id, purpose, total)
    proofs.keep(received)
  },
})
