import type { Reservation, ServerRefusal } from '@interlock/contract'
import { ok, refused, type Outcome } from '@interlock/kernel'
import type { Supervisor } from './supervisor.ts'

type Ledgers = Pick<Supervisor, 'deps' | 'ledger' | 'otherLedger'>

/** As many edges as a reservation holds. */
const edgesMax = 200

/** Charges both ledgers, or neither. */
export async function charge(
  asked: Reservation,
  { deps, ledger, otherLedger }: Ledgers,
): Promise<Outcome<undefined, ServerRefusal>> {
  if (asked.edges.length > edgesMax)
    return refused('PlausibilityFailed', 'it changes load too often')
  const own = await ledger.reserve(asked, 'supervisor', deps.clock.now())
  if (!own.ok)
    return own.reason === 'BudgetExceeded' ? own : refused('PlausibilityFailed', own.reason)
  const other = await otherLedger.reserve(asked)
  if (other.ok) return ok(undefined)
  await ledger.release(asked.id, 'supervisor')
  return other
}

/** Gives back in both what will never move. */
export async function giveBack(id: string, { ledger, otherLedger }: Ledgers): Promise<void> {
  await ledger.release(id, 'supervisor')
  await otherLedger.release(id)
}
