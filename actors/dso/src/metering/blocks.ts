import { instant, millis, plus, type Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { breachesIn, type Breach } from '../capacity/breach.ts'
import { blockMillis } from '../forecast/load-series.ts'

/** What was expected of one block of one feeder when it began; in watts. */
export type Expected = {
  readonly forecastWatts: number
  readonly marginWatts: number
  readonly ratedWatts: number
  readonly allotted: Readonly<Record<string, number>>
}

/** All that is known of one block. */
export type BlockRecord = {
  readonly group: string
  readonly from: Instant
  readonly expected?: Expected
  /** By operator, what it says that its vehicles drew. */
  readonly reported: Readonly<Record<string, number>>
  readonly meteredWatts?: number
  /** Absent until it was judged. */
  readonly breaches?: readonly Breach[]
}

export type Blocks = {
  /** The first word counts: who learns of a breach changes nothing about what was agreed. */
  expect(group: string, from: Instant, expected: Expected): void
  /** What operators were told of the block that is to come; forgotten by a restart. */
  promise(group: string, from: Instant, watts: Readonly<Record<string, number>>): void
  promised(group: string, from: Instant): Readonly<Record<string, number>>
  report(group: string, from: Instant, operator: string, watts: number): void
  meter(group: string, from: Instant, watts: number): 'taken' | 'known' | 'contradicted'
  /** Judges what can be judged at `now`: metered, and all have reported or had their time. */
  judge(now: Instant): readonly BlockRecord[]
  /** Blocks that are over, and of which the meter should have spoken. */
  unmetered(group: string, now: Instant): readonly BlockRecord[]
  /** Newest first. */
  of(group: string): readonly BlockRecord[]
  close(): void
}

/** Two days. */
const keptMillis = 192 * blockMillis
/** Reports and reading have so long after the end of their block. */
const graceMillis = millis(blockMillis)

/** What was expected, reported and metered, block by block; on the disk before it counts. */
export function openBlocks(journal: Journal): Blocks {
  const held = new Map<string, BlockRecord>()
  const keyOf = ({ group, from }: Pick<BlockRecord, 'group' | 'from'>): string => `${from} ${group}`
  for (const entry of journal.entries()) held.set(keyOf(entry as BlockRecord), entry as BlockRecord)

  const promises = new Map<string, { from: Instant; watts: Readonly<Record<string, number>> }>()
  const put = (record: BlockRecord): void => {
    journal.append(record)
    held.set(keyOf(record), record)
    for (const [key, { from }] of held) if (from < record.from - keptMillis) held.delete(key)
    if (journal.isLong) journal.rewrite([...held.values()])
  }
  const at = (group: string, from: Instant): BlockRecord =>
    held.get(keyOf({ group, from })) ?? { group, from, reported: {} }
  const all = (): BlockRecord[] => [...held.values()].sort((a, b) => b.from - a.from)
  const endOf = ({ from }: BlockRecord): Instant => instant(from + blockMillis)

  return {
    expect(group, from, expected) {
      const record = at(group, from)
      if (record.expected === undefined) put({ ...record, expected })
    },
    promise: (group, from, watts) => void promises.set(group, { from, watts }),
    promised(group, from) {
      const promise = promises.get(group)
      return promise?.from === from ? promise.watts : {}
    },
    report(group, from, operator, watts) {
      const record = at(group, from)
      if (record.reported[operator] === undefined)
        put({ ...record, reported: { ...record.reported, [operator]: watts } })
    },
    meter(group, from, watts) {
      const record = at(group, from)
      if (record.meteredWatts !== undefined)
        return record.meteredWatts === watts ? 'known' : 'contradicted'
      put({ ...record, meteredWatts: watts })
      return 'taken'
    },
    judge(now) {
      return all().flatMap((record) => {
        const { expected, meteredWatts, reported } = record
        if (record.breaches !== undefined) return []
        if (expected === undefined || meteredWatts === undefined) return []
        const operators = Object.keys(expected.allotted)
        const isComplete = operators.every((each) => reported[each] !== undefined)
        if (!isComplete && now < plus(endOf(record), graceMillis)) return []
        const judged = { ...record, breaches: judgedBy(expected, meteredWatts, reported) }
        put(judged)
        return [judged]
      })
    },
    unmetered: (group, now) =>
      all().filter(
        (record) =>
          record.group === group &&
          record.meteredWatts === undefined &&
          record.expected !== undefined &&
          now >= plus(endOf(record), graceMillis),
      ),
    of: (group) => all().filter((record) => record.group === group),
    close: () => journal.close(),
  }
}

const judgedBy = (
  { allotted, ...expected }: Expected,
  meteredWatts: number,
  reported: BlockRecord['reported'],
): readonly Breach[] =>
  breachesIn({
    ...expected,
    meteredWatts,
    operators: Object.entries(allotted).map(([operator, allottedWatts]) => {
      const reportedWatts = reported[operator]
      return { operator, allottedWatts, ...(reportedWatts !== undefined && { reportedWatts }) }
    }),
  })
