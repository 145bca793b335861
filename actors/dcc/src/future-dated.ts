import { limits } from '@interlock/contract'
import type { ResponseName, ServiceRequest } from '@interlock/duis'
import type { ActorDeps } from '@interlock/host'
import {
  inHours,
  inSeconds,
  instant,
  inTurn,
  inTurnByKey,
  millis,
  ok,
  refused,
  type Eui64,
  type Instant,
  type Outcome,
  type Timer,
} from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import type { Kysely, Selectable, Updateable } from 'kysely'
import { nameOf, type User } from './anomaly.ts'
import { createLanes, type Lane } from './in-lanes.ts'
import { kept, readKept } from './kept-request.ts'
import type { DccTables } from './tables.ts'
import { createUnderWay } from './under-way.ts'

/** A request that waits for its date of execution. */
export type FutureRequest = {
  readonly reference: string
  readonly request: ServiceRequest
  readonly peer: Peer
  readonly executeAt: Instant
  /** Of the arm that is charged for it. */
  readonly digest: string | undefined
  /** It was counted for the thresholds when it was tried before. */
  readonly isCounted: boolean
}
/**
 * What became of it. Nothing yet where it is to be tried again soon: `Later` if nothing was begun, `Again` if it was
 * judged and counted, and the device not there.
 */
export type FutureOutcome = ResponseName | 'Later' | 'Again'
/** What a user is shown of its requests, before and after. */
export type FutureSummary = {
  readonly reference: string
  readonly executeAt: Instant
  readonly state: 'held' | 'sending' | 'done'
  readonly outcome: string | null
  readonly request: ServiceRequest
}

/**
 * Requests with a date of execution, durably: each is held, and then taken out exactly once, to be carried
 * out or because it was cancelled or replaced.
 */
export type FutureDated = {
  /** Holds a request in its slot; what was there is taken out and given back. */
  hold(
    held: Omit<FutureRequest, 'reference' | 'isCounted'>,
    slot: string,
  ): Promise<Outcome<FutureRequest | undefined, 'FutureDatedFull'>>
  /** Takes out what is in the slot of that user. */
  cancel(user: User, slot: string): Promise<FutureRequest | undefined>
  /** Of one user; the latest date of execution first. */
  list(user: User): Promise<readonly FutureSummary[]>
  /**
   * Delivers what that originator sends to that device at once: after what is due of theirs, which has a counter below.
   * What falls due meanwhile waits until it has ended.
   * @returns `undefined`, and nothing was delivered, when that device cannot be reached for what is due
   */
  deliverAfterDue<Result>(
    line: { readonly originator: Eui64; readonly target: Eui64 },
    deliver: () => Promise<Result>,
  ): Promise<{ readonly delivered: Result } | undefined>
  /** From now on each is carried out at its time; a fault in that ends it alone. */
  start(work: FutureWork): Promise<void>
  close(): void
}

export type FutureWork = {
  readonly carryOut: (held: FutureRequest) => Promise<FutureOutcome>
  /** Of one that was on its way when the process ended, or a fault came, nobody knows more than the outcome given. */
  readonly onLost: (held: FutureRequest) => Promise<ResponseName>
}

const listedMax = 1_000
const atOnceMax = 64
/** Of one user: while all its devices are silent, those of others go on. */
const atOnceEachMax = 16
/** Users whose requests are worked on at once; the others are next. */
const lanesMax = 1_000
/** Of one user, read together: a midnight on which everything falls due does not fill the memory. */
const pageMax = 64
/** So long a user can read what became of a request. */
const outcomeMillis = inHours(7 * 24)
const againMillis = inSeconds(60)
/** Before a device that could not be reached is tried again. */
const laterMillis = inSeconds(2)

type Row = Selectable<DccTables['future_dated']>

export async function openFutureDated(
  db: Kysely<DccTables>,
  /** What one user may have waiting; a flood is refused, not kept. */
  mostPerUser: number,
  { clock, crypto, log }: Pick<ActorDeps, 'clock' | 'crypto' | 'log'>,
): Promise<FutureDated> {
  let work: FutureWork | undefined
  let timer: Timer | undefined
  let closed = false
  const read = (row: Row): FutureRequest => ({
    reference: row.reference,
    executeAt: instant(Number(row.execute_at)),
    digest: row.digest ?? undefined,
    isCounted: row.counted,
    ...readKept(row, crypto),
  })
  const held = () => db.selectFrom('future_dated').selectAll().where('state', '=', 'held')
  const put = (
    reference: string,
    change: Updateable<Pick<DccTables['future_dated'], 'state' | 'outcome' | 'counted'>>,
  ) => db.updateTable('future_dated').set(change).where('reference', '=', reference).execute()
  const putBack = { Later: { state: 'held' }, Again: { state: 'held', counted: true } } as const
  const forget = () =>
    db
      .deleteFrom('future_dated')
      .where('state', '=', 'done')
      .where('execute_at', '<', clock.now() - outcomeMillis)
      .execute()

  /** What is sent at once, and has not ended. */
  const underWay = createUnderWay<string>()
  /** Only what is still held; what was cancelled meanwhile is not sent. */
  const carryOutNow = async (row: Row): Promise<FutureOutcome | undefined> => {
    await underWay.ended(row.line)
    const [mine] = await db
      .updateTable('future_dated')
      .set({ state: 'sending' })
      .where('reference', '=', row.reference)
      .where('state', '=', 'held')
      .returning('reference')
      .execute()
    if (mine === undefined || work === undefined) return undefined
    const { reference } = row
    try {
      const outcome = await work.carryOut(read(row))
      const isOver = outcome !== 'Later' && outcome !== 'Again'
      await put(reference, isOver ? { state: 'done', outcome } : putBack[outcome])
      return outcome
    } catch (error) {
      log.error({ reference, error }, 'a future-dated request failed')
      return lose(row, work)
    }
  }
  const lose = async (row: Row, { onLost }: FutureWork): Promise<ResponseName> => {
    const outcome = await onLost(read(row))
    await put(row.reference, { state: 'done', outcome })
    return outcome
  }
  /** What one originator sends to one device goes one after the other, as its counters rise. */
  const turnOf = inTurnByKey<string>()
  const carryOutOne = async (row: Row): Promise<void> => {
    await turnOf(row.line, () => carryOutNow(row))
  }
  /** @returns false when that device cannot be reached for what is due */
  const bringDue = async (line: string): Promise<boolean> => {
    const due = await held()
      .where('line', '=', line)
      .where('execute_at', '<=', clock.now())
      .orderBy('execute_at')
      .orderBy('reference')
      .limit(pageMax)
      .execute()
    for (const row of due) {
      const outcome = await carryOutNow(row)
      if (outcome !== undefined && unreached.has(outcome)) return false
    }
    return true
  }
  const lanes = createLanes<Row>({
    work: carryOutOne,
    atOnce: atOnceMax,
    atOnceEach: atOnceEachMax,
    isOver: () => closed,
  })
  const laneOf = (user: Pick<Row, 'organisation' | 'role'>, now: Instant): Lane<Row> => ({
    name: `${user.organisation} ${user.role}`,
    page: (last) =>
      held()
        .where('organisation', '=', user.organisation)
        .where('role', '=', user.role)
        .where('execute_at', '<=', now)
        .$if(last !== undefined, (due) =>
          due.where((columns) =>
            columns(
              columns.refTuple('execute_at', 'reference'),
              '>',
              columns.tuple(last?.execute_at ?? 0, last?.reference ?? ''),
            ),
          ),
        )
        .orderBy('execute_at')
        .orderBy('reference')
        .limit(pageMax)
        .execute(),
  })
  /** Those that have waited longest first. */
  const usersDue = (now: Instant) =>
    db
      .selectFrom('future_dated')
      .select(['organisation', 'role'])
      .where('state', '=', 'held')
      .where('execute_at', '<=', now)
      .groupBy(['organisation', 'role'])
      .orderBy((columns) => columns.fn.min('execute_at'))
      .limit(lanesMax)
      .execute()
  /** Beside what is carried out already; what falls due meanwhile has a time of its own. */
  const carryOutDue = async (): Promise<void> => {
    const now = clock.now()
    const due = await usersDue(now)
    const ended = lanes.begin(due.map((user) => laneOf(user, now)))
    await Promise.all([ended, wakeForNext({ after: now })])
    await forget()
  }
  const wakeIn = (delay: number): void => {
    timer?.cancel()
    if (closed || work === undefined) return
    timer = clock.after(millis(delay), 'dcc/future-dated', async () => {
      try {
        await carryOutDue()
        await wakeForNext({ soonest: laterMillis })
      } catch (error) {
        log.error({ error }, 'future-dated requests are not carried out; trying again')
        wakeIn(againMillis)
      }
    })
  }
  const wakeForNext = async ({ soonest = 0, after = 0 } = {}): Promise<void> => {
    const waiting = held().where('execute_at', '>', after)
    const next = await waiting.orderBy('execute_at').limit(1).executeTakeFirst()
    if (next !== undefined) wakeIn(Math.max(soonest, Number(next.execute_at) - clock.now()))
  }

  const turn = inTurn()
  const takeOut = async (slot: string): Promise<FutureRequest | undefined> => {
    const rows = await db
      .deleteFrom('future_dated')
      .where('slot', '=', slot)
      .where('state', '=', 'held')
      .returningAll()
      .execute()
    return rows[0] && read(rows[0])
  }
  const slotOf = (user: User, slot: string): string => `${nameOf(user)} ${slot}`

  return {
    hold: ({ request, peer, executeAt, digest }, name) =>
      turn(async () => {
        const { organisation, role } = peer
        const slot = slotOf(peer, name)
        const others = await held()
          .where('organisation', '=', organisation)
          .where('role', '=', role)
          .where('slot', '!=', slot)
          .limit(mostPerUser)
          .execute()
        if (others.length >= mostPerUser) return refused('FutureDatedFull')
        const replaced = await takeOut(slot)
        await db
          .insertInto('future_dated')
          .values({
            organisation,
            role,
            slot,
            line: lineOf(request.originator, request.target),
            execute_at: executeAt,
            state: 'held',
            outcome: null,
            digest: digest ?? null,
            counted: false,
            ...kept(request, peer),
          })
          .execute()
        await wakeForNext()
        return ok(replaced)
      }),
    cancel: (user, slot) => turn(() => takeOut(slotOf(user, slot))),
    async list({ organisation, role }) {
      const rows = await db
        .selectFrom('future_dated')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('role', '=', role)
        .orderBy('execute_at', 'desc')
        .limit(listedMax)
        .execute()
      return rows.map((row) => {
        const { reference, state, outcome } = row
        const { request, executeAt } = read(row)
        return { reference, executeAt, state, outcome, request }
      })
    },
    async deliverAfterDue({ originator, target }, deliver) {
      const line = lineOf(originator, target)
      const begun = await turnOf(line, async () => {
        const isClear = await bringDue(line)
        // In its turn begun, not ended: others that are sent at once go beside it.
        return isClear ? { ended: underWay.add(line, deliver()) } : undefined
      })
      return begun && { delivered: await begun.ended }
    },
    async start(given) {
      work = given
      const sending = db.selectFrom('future_dated').selectAll().where('state', '=', 'sending')
      for (const row of await sending.execute()) await lose(row, given)
      await wakeForNext()
    },
    close() {
      closed = true
      timer?.cancel()
    },
  }
}

const lineOf = (originator: Eui64, target: Eui64): string => `${originator} ${target}`

const unreached: ReadonlySet<FutureOutcome> = new Set(['Later', 'Again', 'DeliveryTimeout'])

/** Whether its time has passed so long ago that it is not to be carried out any more. */
export const isMissed = (executeAt: Instant, now: Instant): boolean =>
  now > executeAt + limits.executionLateMillisMax
