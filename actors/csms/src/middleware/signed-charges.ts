import type { ExportPeriod } from '@interlock/privacy'
import type { TransactionStore } from '../data/transaction-events.ts'
import { chargesWithin } from '../data/usage.ts'
import { readSigned } from '../ocpi/signed-readings.ts'
import type { SignedCharge } from './half-hours-due.ts'

/** A station's charges in a period, as far as their meter has signed them; `undefined` where there were too many. */
export async function readSignedCharges(
  transactions: TransactionStore,
  stationId: string,
  period: ExportPeriod,
): Promise<readonly SignedCharge[] | undefined> {
  const found = await chargesWithin(transactions, stationId, period)
  if (found === undefined) return undefined
  const charges: SignedCharge[] = []
  for (const { transactionId, startedAt, endedAt } of found) {
    const signed = await readSigned(transactions, { stationId, transactionId })
    charges.push({ startedAt, endedAt, registers: signed?.registers ?? [] })
  }
  return charges
}
