import { folds, type Told, type Transaction } from './running.ts'
import { saysSame } from './said.ts'

/**
 * What is put on file of a transaction besides the event that has come, so that nobody has to read its events to know
 * of it; undefined where the event changes nothing, as most do. Number, time and register of the newest event are
 * found with that event; the register is put in from time to time.
 */
export function headAfter(
  known: Transaction | undefined,
  now: Transaction,
  seqNo: number,
): Told | undefined {
  if (known === undefined) return now
  const passes = blockOf(known.seqNo) !== blockOf(now.seqNo)
  // A register is looked for among the newest events of one that runs.
  const isLate = seqNo <= known.seqNo || known.endedAt !== undefined
  const isUnread = isLate && known.lastWattHours !== now.lastWattHours
  return passes || isUnread || changes(known, now) ? now : undefined
}

/** Whether an event that comes again tells anything that is not known. */
export const isNews = (known: Transaction | undefined, now: Transaction): boolean =>
  known === undefined || known.lastWattHours !== now.lastWattHours || changes(known, now)

const changes = (known: Transaction, now: Transaction): boolean =>
  tells.some((name) => !saysSame(known[name], now[name]))

/** All but the register, that nearly every event changes. */
const tells = (Object.keys(folds) as (keyof Told)[]).filter((name) => name !== 'lastWattHours')

/**
 * The register is put into the head once in so many numbers, so that the newest ones are never far from where it was
 * read; half of what is looked through after a restart.
 */
const numbersApart = 32
const blockOf = (seqNo: number): number => Math.floor(seqNo / numbersApart)
