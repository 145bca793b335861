import { limits, type BudgetLimits, type DayAheadPlan, type Reservation } from '@interlock/contract'
import { inTurn, ok, type Instant, type Outcome } from '@interlock/kernel'
import {
  acceptPlan,
  chargeMoved,
  dropOld,
  emptyLedger,
  plansOf,
  release,
  reserve,
  restoreLedger,
  windowStart,
  type PlanProblem,
  type ReserveProblem,
} from '@interlock/ledger'
import type { Kysely } from 'kysely'

/** Rows of a megawatt ledger. `bigint` arrives as text. */
export type LedgerTables = {
  reservations: { id: string; reservation: string; asked_by: string; ends_at: string | number }
  plans: { organisation: string; region: string; plan: string; ends_at: string | number }
  /** When each organisation's first plan was accepted; kept for good. */
  planners: { organisation: string; since: string | number }
}

export const createPlannersTable =
  'create table planners (organisation text primary key, since bigint not null)'

/** Who asked: the data company for its arms, or the supervisor for what it countersigns. */
export type AskedBy = 'supervisor' | 'dcc'

/** A server's megawatt ledger: one decision after the other, each durable before it counts. */
export type LedgerAccount = {
  reserve(
    reservation: Reservation,
    by: AskedBy,
    now: Instant,
  ): Promise<Outcome<undefined, ReserveProblem>>
  /** What moved after its budget had been given back: charged, whatever the limits. */
  chargeMoved(reservation: Reservation, now: Instant): Promise<void>
  /** Gives back what `by` reserved; anything else stays. */
  release(id: string, by: AskedBy): Promise<void>
  acceptPlan(plan: DayAheadPlan, now: Instant): Promise<Outcome<undefined, PlanProblem>>
  holds(id: string): boolean
}

export async function openLedgerAccount<Tables extends LedgerTables>(
  database: Kysely<Tables>,
  budget: BudgetLimits,
  now: Instant,
): Promise<LedgerAccount> {
  const db = database as unknown as Kysely<LedgerTables>
  /** Of what touches no window from this one on, nothing is kept any more. */
  let forgotten = dropOld(emptyLedger, now).since
  while ((await forget(db, forgotten)) === forgottenMost);
  const rows = await db.selectFrom('reservations').selectAll().execute()
  const plans = await db.selectFrom('plans').select('plan').execute()
  const planners = await db.selectFrom('planners').selectAll().execute()
  const askedBy = new Map(rows.map((row) => [row.id, row.asked_by]))
  let ledger = restoreLedger(
    rows.map((row) => JSON.parse(row.reservation) as Reservation),
    plans.map((row) => JSON.parse(row.plan) as DayAheadPlan),
    planners.map((row) => [row.organisation, Number(row.since)]),
  )
  const turn = inTurn()
  /** What the ledger has no use for goes from the disk, too: so much with each decision. */
  const forgetOld = async (now: Instant): Promise<void> => {
    const current = dropOld(ledger, now)
    if (current.since <= forgotten) return
    if (current !== ledger)
      for (const id of askedBy.keys()) if (!current.reservations.has(id)) askedBy.delete(id)
    ledger = current
    if ((await forget(db, current.since)) < forgottenMost) forgotten = current.since
  }

  return {
    holds: (id) => ledger.reservations.has(id),
    reserve: (reservation, by, now) =>
      turn(async () => {
        await forgetOld(now)
        const next = reserve(ledger, reservation, budget, now)
        if (!next.ok) return next
        if (!ledger.reservations.has(reservation.id)) {
          await insertReservation(db, reservation, by)
          askedBy.set(reservation.id, by)
        }
        ledger = next.value
        return ok(undefined)
      }),
    chargeMoved: (reservation, now) =>
      turn(async () => {
        await forgetOld(now)
        if (ledger.reservations.has(reservation.id)) return
        await insertReservation(db, reservation, 'dcc')
        askedBy.set(reservation.id, 'dcc')
        ledger = chargeMoved(ledger, reservation, now)
      }),
    release: (id, by) =>
      turn(async () => {
        if (askedBy.get(id) !== by) return
        await db.deleteFrom('reservations').where('id', '=', id).execute()
        askedBy.delete(id)
        ledger = release(ledger, id)
      }),
    acceptPlan: (plan, now) =>
      turn(async () => {
        await forgetOld(now)
        const next = acceptPlan(ledger, plan, budget, now)
        if (!next.ok) return next
        const { organisation, region } = plan
        // Windows that were closed already keep what was accepted before.
        const accepted = plansOf(next.value).find(
          (each) => each.organisation === organisation && each.region === region,
        )
        await db.transaction().execute(async (together) => {
          await putPlanner(together, organisation, next.value.plannedSince.get(organisation) ?? now)
          await putPlan(together, accepted ?? { organisation, region, windows: [] })
        })
        ledger = next.value
        return ok(undefined)
      }),
  }
}

/** The last instant of what is charged. */
export const endOf = ({ edges }: Reservation): number =>
  Math.max(...edges.map(({ until }) => until))

async function insertReservation(
  db: Kysely<LedgerTables>,
  reservation: Reservation,
  by: AskedBy,
): Promise<void> {
  await db
    .insertInto('reservations')
    .values({
      id: reservation.id,
      reservation: JSON.stringify(reservation),
      asked_by: by,
      ends_at: endOf(reservation),
    })
    .execute()
}

async function putPlanner(
  db: Kysely<LedgerTables>,
  organisation: string,
  since: number,
): Promise<void> {
  await db
    .insertInto('planners')
    .values({ organisation, since })
    .onConflict((conflict) => conflict.column('organisation').doNothing())
    .execute()
}

async function putPlan(db: Kysely<LedgerTables>, plan: DayAheadPlan): Promise<void> {
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

/** So many reservations go at once: nobody waits long for a decision. */
const forgottenMost = 1_000

/**
 * Rows that touch no window from `since` on.
 * @returns how many reservations went; there may be more when it is the most that go at once
 */
async function forget(db: Kysely<LedgerTables>, since: number): Promise<number> {
  const before = windowStart(since)
  const old = db.selectFrom('reservations').select('id').where('ends_at', '<', before)
  const { numDeletedRows } = await db
    .deleteFrom('reservations')
    .where('id', 'in', old.limit(forgottenMost))
    .executeTakeFirstOrThrow()
  await db.deleteFrom('plans').where('ends_at', '<', before).execute()
  return Number(numDeletedRows)
}
