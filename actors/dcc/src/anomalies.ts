import type { Breach } from '@interlock/duis'
import type { Clock, Instant } from '@interlock/kernel'
import type { Kysely } from 'kysely'
import {
  judgeAnomaly,
  judgePassage,
  minuteOf,
  nameOf,
  tallied,
  tallyPassed,
  type AnomalyRequest,
  type Tally,
  type User,
} from './anomaly.ts'
import { hourly } from './in-passing.ts'
import type { DccTables } from './tables.ts'
import { periodMinutesMax, type AnomalyRules, type Threshold } from './thresholds.ts'

/** Counts what users ask for, durably, and holds it against what they and the data company have set. */
export type Anomalies = {
  /** The request is counted; what it breaks, if anything. */
  judge(request: AnomalyRequest): Promise<Breach | undefined>
  /**
   * One that was held and is let through now is counted now. Where its user lets it through, who may lift its own
   * threshold alone, those of the data company are judged: what it breaks of them, if anything.
   */
  letThrough(request: AnomalyRequest, lifted: Breach): Promise<Breach | undefined>
  thresholdsOf(user: User): readonly Threshold[]
  setThresholds(user: User, thresholds: readonly Threshold[]): Promise<void>
}

export async function openAnomalies(
  db: Kysely<DccTables>,
  company: AnomalyRules,
  clock: Clock,
): Promise<Anomalies> {
  const tally: Tally = new Map()
  const own = new Map<string, readonly Threshold[]>()
  const forgetNow = (): Promise<unknown> =>
    db
      .deleteFrom('tallies')
      .where('minute', '<', minuteOf(clock.now()) - periodMinutesMax)
      .execute()
  const forget = hourly(clock, forgetNow)

  await forgetNow()
  const rows = await db.selectFrom('tallies').selectAll().orderBy('minute').execute()
  for (const { who, service, minute, count, shared } of rows) {
    tallied(tally, who, service, Number(minute), count)
    tallyPassed(tally, who, service, Number(minute), shared)
  }
  for (const { who, thresholds } of await db.selectFrom('thresholds').selectAll().execute())
    own.set(who, JSON.parse(thresholds) as readonly Threshold[])

  const keep = async (
    { user, service }: AnomalyRequest,
    now: Instant,
    { count, shared }: { readonly count: number; readonly shared: number },
  ): Promise<void> => {
    await db
      .insertInto('tallies')
      .values({ who: nameOf(user), service, minute: minuteOf(now), count, shared })
      .onConflict((conflict) =>
        conflict.columns(['who', 'service', 'minute']).doUpdateSet((each) => ({
          count: each('tallies.count', '+', count),
          shared: each('tallies.shared', '+', shared),
        })),
      )
      .execute()
    await forget()
  }

  return {
    async judge(request) {
      const now = clock.now()
      const rules = { own: own.get(nameOf(request.user)) ?? [], company }
      // Counted before anything is awaited: of two requests at once, the second sees the first.
      const { breach, passed } = judgeAnomaly(tally, request, rules, now)
      await keep(request, now, { count: 1, shared: passed ? 1 : 0 })
      return breach
    },
    async letThrough(request, lifted) {
      const now = clock.now()
      if (lifted === 'ADUserThresholdBreach') {
        const { breach } = judgePassage(tally, request, company, now)
        if (breach !== undefined) return breach
      } else tallyPassed(tally, nameOf(request.user), request.service, minuteOf(now))
      await keep(request, now, { count: 0, shared: 1 })
      return undefined
    },
    thresholdsOf: (user) => own.get(nameOf(user)) ?? [],
    async setThresholds(user, thresholds) {
      const who = nameOf(user)
      const text = JSON.stringify(thresholds)
      await db
        .insertInto('thresholds')
        .values({ who, thresholds: text })
        .onConflict((conflict) => conflict.column('who').doUpdateSet({ thresholds: text }))
        .execute()
      own.set(who, thresholds)
    },
  }
}
