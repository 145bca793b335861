import { limits, type Arm, type Reservation } from '@interlock/contract'
import type { ActorDeps, OtherLedger } from '@interlock/host'
import { millis, ok, refused, type Eui64, type Outcome, type Timer } from '@interlock/kernel'
import { endOf, type LedgerAccount } from '@interlock/store'
import type { Kysely } from 'kysely'
import { hourly } from './in-passing.ts'
import type { DccTables } from './tables.ts'

export type GrantProblem = 'BudgetExceeded' | 'PeerUnavailable' | 'CounterUsed'
/** Which command an alert is about. */
export type ArmKey = {
  readonly originator: Eui64
  readonly target: Eui64
  readonly counter: bigint
}

/** `late`: its budget had been given back. `unknown`: no such arm was granted. */
export type Use = 'inTime' | 'late' | 'unknown'

/** Arms under way, and the budget each of them holds in both ledgers. */
export type ArmBook = {
  /** Both ledgers agree, or neither is charged. */
  grant(arm: Arm, reservation: Reservation): Promise<Outcome<undefined, GrantProblem>>
  /** The arm certainly reached nobody: its budget goes back at once. */
  cancel(digest: string): Promise<void>
  /** The device itself says that it did not take it: likewise, where it is known here. */
  refusedBy(key: ArmKey): Promise<void>
  /** The load moved under it: its budget stays, or is charged again. */
  used(key: ArmKey): Promise<Use>
  close(): void
}

/** World time until a budget that could not be given back is tried again. */
const againMillis = 60_000

export async function openArmBook(
  db: Kysely<DccTables>,
  own: LedgerAccount,
  other: OtherLedger,
  /** An on-demand arm moved nothing in its time. */
  onUnused: (digest: string) => void,
  deps: Pick<ActorDeps, 'clock' | 'log'>,
): Promise<ArmBook> {
  const timers = new Map<string, Timer>()

  const forget = (digest: string): void => {
    timers.get(digest)?.cancel()
    timers.delete(digest)
  }
  const release = async (digest: string): Promise<void> => {
    await own.release(digest, 'dcc')
    await other.release(digest)
  }
  const dropPast = (): Promise<unknown> =>
    db
      .deleteFrom('arms')
      .where('ends_at', '<', deps.clock.now() - limits.budgetWindowMillis)
      .execute()

  const forgetPast = hourly(deps.clock, dropPast)

  const giveBack = async (digest: string): Promise<void> => {
    const idle = db.updateTable('arms').set({ returned: true }).where('digest', '=', digest)
    const [row] = await idle.where('used', '=', false).returning('digest').execute()
    if (row === undefined) return
    await release(digest)
    onUnused(digest)
  }
  const watch = (digest: string, releaseAt: number): void => {
    const delay = millis(Math.max(0, releaseAt - deps.clock.now()))
    const timer = deps.clock.after(delay, `dcc/unused/${digest}`, async () => {
      timers.delete(digest)
      try {
        await giveBack(digest)
      } catch (error) {
        deps.log.warn({ digest, detail: String(error) }, 'a budget is not given back yet')
        watch(digest, deps.clock.now() + againMillis)
      }
    })
    timers.set(digest, timer)
  }

  await dropPast()
  for (const row of await db.selectFrom('arms').selectAll().execute())
    if (row.release_at !== null && !row.used && !row.returned)
      watch(row.digest, Number(row.release_at))

  const cancel = async (digest: string): Promise<void> => {
    forget(digest)
    await db.deleteFrom('arms').where('digest', '=', digest).execute()
    await release(digest)
  }

  return {
    async grant(arm, reservation) {
      const now = deps.clock.now()
      // Held until a later date, or under way.
      if (own.holds(reservation.id)) return refused('CounterUsed')
      const mine = await own.reserve(reservation, 'dcc', now)
      // The same arm, presented by two vendors, is under way once.
      if (!mine.ok && mine.reason === 'ReservationConflict') return refused('CounterUsed')
      if (!mine.ok) return { ...mine, reason: 'BudgetExceeded' }
      const theirs = await other.reserve(reservation)
      if (!theirs.ok) {
        await own.release(reservation.id, 'dcc')
        return theirs
      }
      const unused = limits.armUnusedMillis + limits.armAlertMillis
      const releaseAt = arm.use === 'onDemand' ? Math.max(now, arm.from) + unused : null
      if (!(await insertArm(db, arm, reservation, releaseAt))) return refused('CounterUsed')
      if (releaseAt !== null) watch(arm.digest, releaseAt)
      await forgetPast()
      return ok(undefined)
    },
    cancel,
    async refusedBy({ originator, target, counter }) {
      const row = await db
        .selectFrom('arms')
        .select('digest')
        .where('originator', '=', originator)
        .where('target', '=', target)
        .where('counter', '=', counter.toString())
        .where('used', '=', false)
        .executeTakeFirst()
      if (row !== undefined) await cancel(row.digest)
    },
    async used({ originator, target, counter }) {
      const [row] = await db
        .updateTable('arms')
        .set({ used: true })
        .where('originator', '=', originator)
        .where('target', '=', target)
        .where('counter', '=', counter.toString())
        .returning(['digest', 'returned', 'reservation'])
        .execute()
      if (row === undefined) return 'unknown'
      forget(row.digest)
      if (!row.returned) return 'inTime'
      const reservation = JSON.parse(row.reservation) as Reservation
      await own.chargeMoved(reservation, deps.clock.now())
      // The other may have no room for it; one ledger that knows is enough to refuse what comes next.
      await other.reserve(reservation)
      return 'late'
    },
    close() {
      for (const timer of timers.values()) timer.cancel()
    },
  }
}

/** False when the same arm is there already: of two at once, one is under way. */
async function insertArm(
  db: Kysely<DccTables>,
  arm: Arm,
  reservation: Reservation,
  releaseAt: number | null,
): Promise<boolean> {
  const rows = await db
    .insertInto('arms')
    .values({
      digest: arm.digest,
      originator: arm.originator,
      target: arm.target,
      counter: arm.counter.toString(),
      release_at: releaseAt,
      used: false,
      returned: false,
      reservation: JSON.stringify(reservation),
      ends_at: endOf(reservation),
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .returning('digest')
    .execute()
  return rows.length === 1
}
