import { fromIso } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import {
  halfHourly,
  together,
  type ExportPeriod,
  type MeterInterval,
  type RegisterReading,
} from '@interlock/privacy'
import { samplesOf } from '../core/samples.ts'
import { readTransaction } from './kept-events.ts'
import type { KeptTransaction, TransactionStore } from './transaction-events.ts'

/** Charges that one answer is made from. */
const transactionsMax = 100

/**
 * What a station's meter counted in `period`, by half-hours, from the events on file.
 *
 * @param token in small letters: the charges that it began, and no others
 * @returns `undefined` where there were too many charges
 */
export async function readUsage(
  transactions: TransactionStore,
  stationId: string,
  period: ExportPeriod,
  token?: string,
): Promise<readonly MeterInterval[] | undefined> {
  const found = await chargesWithin(transactions, stationId, period)
  if (found === undefined) return undefined
  const charges = []
  for (const each of found) {
    if (token !== undefined && tokenOf(each) !== token) continue
    const { transactionId } = each
    const { events } = await readTransaction(transactions, { stationId, transactionId })
    charges.push(halfHourly(readingsOf(events)))
  }
  return together(charges).filter(({ from, until }) => until > period.from && from < period.until)
}

/** Charges that the period touches; `undefined` when they are too many. */
export async function chargesWithin(
  transactions: TransactionStore,
  stationId: string,
  { from, until }: ExportPeriod,
): Promise<readonly KeptTransaction[] | undefined> {
  // Whatever began later than its end is none of it.
  const before = { at: until, transactionId: '' }
  const limit = transactionsMax + 1
  const latest = await transactions.list(stationId, { limit, before })
  const touched = latest.filter(({ endedAt }) => endedAt === undefined || endedAt > from)
  return touched.length > transactionsMax ? undefined : touched
}

const tokenOf = ({ begunWith }: KeptTransaction): string | undefined =>
  begunWith?.value?.idToken.toLowerCase()

/** Registers in the order of their moments. */
function readingsOf(events: readonly Request<'TransactionEvent'>[]): readonly RegisterReading[] {
  const readings = events.flatMap(({ meterValue = [] }) =>
    meterValue.flatMap((value) => {
      const { registerWattHours: wattHours } = samplesOf([value])
      const at = fromIso(value.timestamp)
      return wattHours === undefined || at === undefined ? [] : [{ at, wattHours }]
    }),
  )
  return readings.sort((left, right) => left.at - right.at)
}
