import type { BudgetLimits, DayAheadPlan, Reservation } from '@interlock/contract'
import { limits } from '@interlock/contract'
import { ok, type Instant, type Outcome } from '@interlock/kernel'
import {
  acceptPlan,
  plansOf,
  release,
  reserve,
  restoreLedger,
  type MegawattLedger,
  type ReserveProblem,
} from '@interlock/ledger'
import type { Kysely } from 'kysely'
import { inTurn } from '../core/in-turn.ts'
import type { SupervisorTables } from './tables.ts'

/** Who asked: this supervisor for what it countersigns, or the DCC for its arms. */
export type AskedBy = 'supervisor' | 'dcc'

/** The supervisor's megawatt ledger: one decision after the other, each durable before it counts. */
export type LedgerAccount = {
  reserve(
    reservation: Reservation,
    by: AskedBy,
    now: Instant,
  ): Promise<Outcome<undefined, ReserveProblem>>
  /** Gives back what `by` reserved; anything else stays. */
  release(id: string, by: AskedBy): Promise<void>
  acceptPlan(plan: DayAheadPlan, now: Instant): Promise<Outcome<undefined, 'PlanUnacceptable'>>
}

export async function ledgerAccount(
  db: Kysely<SupervisorTables>,
  budget: BudgetLimits,
  now: Instant,
): Promise<LedgerAccount> {
  await forget(db, now)
  const kept = await db.selectFrom('reservations').selectAll().execute()
  const plans = await db.selectFrom('plans').select('plan').execute()
  const askedBy = new Map<string, AskedBy>(
    kept.map((row) => [row.id, row.asked_by === 'dcc' ? 'dcc' : 'supervisor']),
  )
  let ledger: MegawattLedger = restoreLedger(
    kept.map((row) => JSON.parse(row.reservation) as Reservation),
    plans.map((row) => JSON.parse(row.plan) as DayAheadPlan),
  )
  const turn = inTurn()

  return {
    reserve: (reservation, by, now) =>
      turn('ledger', async () => {
        const known = ledger.reservations.has(reservation.id)
        const next = reserve(ledger, reservation, budget, now)
        if (!next.ok) return next
        if (!known) await insertReservation(db, reservation, by)
        ledger = next.value
        if (!known) askedBy.set(reservation.id, by)
        return ok(undefined)
      }),
    release: (id, by) =>
      turn('ledger', async () => {
        if (askedBy.get(id) !== by) return
        await db.deleteFrom('reservations').where('id', '=', id).execute()
        ledger = release(ledger, id)
        askedBy.delete(id)
      }),
    acceptPlan: (plan, now) =>
      turn('ledger', async () => {
        const next = acceptPlan(ledger, plan, budget, now)
        if (!next.ok) return next
        const { organisation, region } = plan
        // Windows that were closed already keep what was accepted before.
        const accepted = plansOf(next.value).find(
          (each) => each.organisation === organisation && each.region === region,
        )
        await putPlan(db, accepted ?? { organisation, region, windows: [] })
        ledger = next.value
        return ok(undefined)
      }),
  }
}

async function insertReservation(
  db: Kysely<SupervisorTables>,
  reservation: Reservation,
  by: AskedBy,
): Promise<void> {
  await db
    .insertInto('reservations')
    .values({
      id: reservation.id,
      reservation: JSON.stringify(reservation),
      asked_by: by,
      ends_at: Math.max(...reservation.edges.map((edge) => edge.until)),
    })
    .execute()
}

async function putPlan(db: Kysely<SupervisorTables>, plan: DayAheadPlan): Promise<void> {
  const row = {
    organisation: plan.organisation,
    region: plan.region,
    plan: JSON.stringify(plan),
    ends_at: Math.max(0, ...plan.windows.map((window) => window.from)) + limits.budgetWindowMillis,
  }
  await db
    .insertInto('plans')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organisation', 'region']).doUpdateSet(row))
    .execute()
}

/** Rows that touch no window that is still open. */
async function forget(db: Kysely<SupervisorTables>, now: Instant): Promise<void> {
  const before = now - limits.budgetWindowMillis
  await db.deleteFrom('reservations').where('ends_at', '<', before).execute()
  await db.deleteFrom('plans').where('ends_at', '<', before).execute()
}
