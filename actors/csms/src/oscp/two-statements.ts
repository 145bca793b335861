import type { Instant } from '@interlock/kernel'

/** A block of which an operator says one thing by OSCP and another by topic. */
export type Difference = {
  readonly from: Instant
  readonly oscpWatts: number
  readonly topicWatts: number
}

/** Whole watts are said by both ways; less is how a number was written. */
const sameWatts = 1

/** The blocks of which both speak, and differently. @param blocks starts of blocks */
export const differencesIn = (
  blocks: readonly Instant[],
  oscpAt: (block: Instant) => number | undefined,
  topicAt: (block: Instant) => number | undefined,
): readonly Difference[] =>
  blocks.flatMap((from) => {
    const [oscpWatts, topicWatts] = [oscpAt(from), topicAt(from)]
    if (oscpWatts === undefined || topicWatts === undefined) return []
    return Math.abs(oscpWatts - topicWatts) < sameWatts ? [] : [{ from, oscpWatts, topicWatts }]
  })

/** What of one group was found at the last look, and what has been told. */
export type Compared = {
  readonly found: readonly Difference[]
  readonly told: readonly Difference[]
}

export const nothingCompared: Compared = { found: [], told: [] }

/**
 * One look at a group. The two ways are not equally fast, so a difference counts once it is there at two looks
 * after each other; it is told once, and again when there is one that is not among those told.
 * @returns what is to be told now, all of what stands, if anything
 */
export function compare(
  { found, told }: Compared,
  now: readonly Difference[],
): { readonly next: Compared; readonly tell: readonly Difference[] } {
  const standing = now.filter((each) => found.some((other) => isSame(each, other)))
  const isNews = standing.some((each) => !told.some((other) => isSame(each, other)))
  return { next: { found: now, told: standing }, tell: isNews ? standing : [] }
}

const isSame = (one: Difference, other: Difference): boolean =>
  one.from === other.from &&
  one.oscpWatts === other.oscpWatts &&
  one.topicWatts === other.topicWatts

/** For the record, and for the operator: what differs, and which of the two counts. */
export function inWords(group: string, differences: readonly Difference[]): string {
  const most = Math.max(
    ...differences.map(({ oscpWatts, topicWatts }) => Math.abs(oscpWatts - topicWatts)),
  )
  const blocks = differences.length === 1 ? 'one block' : `${differences.length} blocks`
  return `CapacityDiffers: of ${blocks} of ${group} OSCP and the sealed topic say different capacities, by up to ${Math.ceil(most)} W; the lower one counts`
}
