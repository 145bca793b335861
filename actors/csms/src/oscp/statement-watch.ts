import { inMinutes, instant, type Instant, type Timer } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'
import type { Context } from '../context.ts'
import type { CapacityBook, CapacityGroup } from './capacity-book.ts'
import {
  compare,
  differencesIn,
  inWords,
  nothingCompared,
  type Compared,
  type Difference,
} from './two-statements.ts'

const lookMillis = inMinutes(1)
const blocksAhead = 96

/** What the watch needs of the book. */
export type Statements = Pick<CapacityBook, 'groups' | 'statements' | 'tell'>

/**
 * Looks each minute whether an operator says the same by OSCP and by topic. The lower counts anyway; that there are
 * two is put on record, told to the people here, and to the operator as what cannot be kept as it was forecast.
 */
export function watchStatements(
  { audit, deps, tell, config }: Pick<Context, 'audit' | 'deps' | 'tell' | 'config'>,
  book: Statements,
): { close(): void } {
  const compared = new Map<string, Compared>()
  let timer: Timer

  const blocksFrom = (now: Instant): readonly Instant[] => {
    const first = Math.floor(now / groupBlockMillis) * groupBlockMillis
    return Array.from({ length: blocksAhead }, (_, at) => instant(first + at * groupBlockMillis))
  }
  const look = (group: CapacityGroup): void => {
    const { oscpAt, topicAt, isComparable } = book.statements(group)
    const blocks = isComparable ? blocksFrom(deps.clock.now()) : []
    const { next, tell: news } = compare(
      compared.get(group.group) ?? nothingCompared,
      differencesIn(blocks, oscpAt, topicAt),
    )
    compared.set(group.group, next)
    if (news.length > 0) report(group, news)
  }
  const report = (group: CapacityGroup, differences: readonly Difference[]): void => {
    const message = inWords(group.group, differences)
    const { operator } = group
    audit.critical('CapacityDiffers', { group: group.group, operator, message, differences })
    book.tell(group, {
      name: 'group_capacity_compliance_error',
      body: {
        message,
        blocks: differences.map(({ from, oscpWatts, topicWatts }) => ({
          capacity: Math.min(oscpWatts, topicWatts),
          phase: 'ALL',
          unit: 'W',
          from,
          until: instant(from + groupBlockMillis),
        })),
      },
    })
    tell({ kind: 'refusal', reason: 'CapacityDiffers', data: { group: group.group, message } })
  }
  const wait = (): void => {
    timer = deps.clock.after(lookMillis, `${config.actor}/statements`, () => {
      wait()
      for (const group of book.groups) look(group)
    })
  }
  wait()
  return { close: () => timer.cancel() }
}
