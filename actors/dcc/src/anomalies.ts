import type { Breach } from '@interlock/duis'
import type { Clock } from '@interlock/kernel'
import type { Kysely } from 'kysely'
import {
  everyone,
  judgeAnomaly,
  minuteOf,
  nameOf,
  tallied,
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
    tallied(tally, everyone, service, Number(minute), shared)
  }
  for (const { who, thresholds } of await db.selectFrom('thresholds').selectAll().execute())
    own.set(who, JSON.parse(thresholds) as readonly Threshold[])

  return {
    async judge(request) {
      const who = nameOf(request.user)
      const minute = minuteOf(clock.now())
      const { service } = request
      const rules = { own: own.get(who) ?? [], company }
      // Counted before anything is awaited: of two requests at once, the second sees the first.
      const { breach, shared } = judgeAnomaly(tally, request, rules, clock.now())
      await db
        .insertInto('tallies')
        .values({ who, service, minute, count: 1, shared: shared ? 1 : 0 })
        .onConflict((conflict) =>
          conflict.columns(['who', 'service', 'minute']).doUpdateSet((each) => ({
            count: each('tallies.count', '+', 1),
            shared: each('tallies.shared', '+', shared ? 1 : 0),
          })),
        )
        .execute()
      await forget()
      return breach
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
