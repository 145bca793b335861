import { limits, type Arm, type Reservation } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import {
  instant,
  millis,
  ok,
  refused,
  type Eui64,
  type Outcome,
  type Timer,
} from '@interlock/kernel'
import type { Kysely } from 'kysely'
import type { LedgerAccount } from './ledger-account.ts'
import type { OtherLedger } from './other-ledger.ts'
import type { DccTables } from './tables.ts'

export type GrantProblem = 'BudgetExceeded' | 'PeerUnavailable' | 'CounterUsed'
/** Which command an alert is about. */
export type ArmKey = {
  readonly originator: Eui64
  readonly target: Eui64
  readonly counter: bigint
}

/** Arms under way, and the budget each of them holds in both ledgers. */
export type ArmBook = {
  /** Both ledgers agree, or neither is charged. */
  grant(arm: Arm, reservation: Reservation): Promise<Outcome<undefined, GrantProblem>>
  /** The arm certainly reached nobody: its budget goes back at once. */
  cancel(digest: string): Promise<void>
  /** The load moved under it: its budget stays. False when no such arm is known. */
  used(key: ArmKey): Promise<boolean>
  close(): void
}

export async function openArmBook(
  db: Kysely<DccTables>,
  own: LedgerAccount,
  other: OtherLedger,
  /** An on-demand arm moved nothing in its time. */
  onUnused: (digest: string) => void,
  deps: Pick<ActorDeps, 'clock' | 'log'>,
): Promise<ArmBook> {
  const timers = new Map<string, Timer>()

  const giveBack = async (digest: string): Promise<void> => {
    timers.get(digest)?.cancel()
    timers.delete(digest)
    await db.deleteFrom('arms').where('digest', '=', digest).execute()
    await own.release(digest, 'dcc')
    await other.release(digest)
  }
  const watch = (digest: string, releaseAt: number): void => {
    const delay = millis(Math.max(0, releaseAt - deps.clock.now()))
    const timer = deps.clock.after(delay, `dcc/unused/${digest}`, async () => {
      timers.delete(digest)
      const row = await armOf(db, digest)
      if (row === undefined || row.used) return
      await giveBack(digest)
      onUnused(digest)
    })
    timers.set(digest, timer)
  }

  const open = deps.clock.now() - limits.armWindowMillisMax - limits.budgetWindowMillis
  for (const row of await db.selectFrom('arms').selectAll().execute()) {
    if (row.release_at !== null && !row.used) watch(row.digest, Number(row.release_at))
    else if (!own.holds(row.digest) || Number(row.release_at) < open)
      await db.deleteFrom('arms').where('digest', '=', row.digest).execute()
  }

  return {
    async grant(arm, reservation) {
      const now = deps.clock.now()
      const mine = await own.reserve(reservation, 'dcc', now)
      // The same arm, presented by two vendors, is under way once.
      if (!mine.ok && mine.reason === 'ReservationConflict') return refused('CounterUsed')
      if (!mine.ok) return { ...mine, reason: 'BudgetExceeded' }
      const theirs = await other.reserve(reservation)
      if (!theirs.ok) {
        await own.release(reservation.id, 'dcc')
        return theirs
      }
      const releaseAt =
        arm.use === 'onDemand' ? instant(Math.max(now, arm.from) + limits.armUnusedMillis) : null
      await insertArm(db, arm, releaseAt)
      if (releaseAt !== null) watch(arm.digest, releaseAt)
      return ok(undefined)
    },
    cancel: giveBack,
    async used({ originator, target, counter }) {
      const rows = await db
        .updateTable('arms')
        .set({ used: true })
        .where('originator', '=', originator)
        .where('target', '=', target)
        .where('counter', '=', counter.toString())
        .returning('digest')
        .execute()
      for (const { digest } of rows) {
        timers.get(digest)?.cancel()
        timers.delete(digest)
      }
      return rows.length > 0
    },
    close() {
      for (const timer of timers.values()) timer.cancel()
    },
  }
}

const armOf = (db: Kysely<DccTables>, digest: string) =>
  db.selectFrom('arms').select('used').where('digest', '=', digest).executeTakeFirst()

async function insertArm(db: Kysely<DccTables>, arm: Arm, releaseAt: number | null): Promise<void> {
  await db
    .insertInto('arms')
    .values({
      digest: arm.digest,
      originator: arm.originator,
      target: arm.target,
      counter: arm.counter.toString(),
      release_at: releaseAt,
      used: false,
    })
    .execute()
}
