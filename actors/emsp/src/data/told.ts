import { topicName } from '@interlock/contract'
import { instant, toIso, type Instant } from '@interlock/kernel'
import { sql, type Kysely } from 'kysely'
import type { Received } from '@interlock/topics'
import type { EmspTables } from './schema.ts'

/** What stations and operators have said of our drivers' sessions by topic. */
export type Told = {
  /** Each once, by author and sequence; false when it is held. */
  take(received: Pick<Received, 'topic' | 'head' | 'payload'>, at: Instant): Promise<boolean>
  readonly list: ListArrived
  /** Forgets what was told before then, and of the rest all but the newest so many. */
  prune(before: Instant, countMax: number): Promise<void>
}

/** The newest first, those that came before the one of that number. */
export type ListArrived = (
  limit: number,
  before?: number,
) => Promise<{ readonly items: readonly object[]; readonly next: number | null }>

/** A page of rows, of which one more was read than it holds. */
export const arrivedPage = <Row extends { readonly arrived: string }>(
  rows: readonly Row[],
  limit: number,
  shown: (row: Row) => object,
): Awaited<ReturnType<ListArrived>> => {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const next = last !== undefined && rows.length > limit ? Number(last.arrived) : null
  return { items: page.map(shown), next }
}

export const toldStore = (db: Kysely<EmspTables>): Told => ({
  async take({ topic, head, payload }, at) {
    const { transaction } = payload as { transaction: string }
    const taken = await sql`
      insert into told (topic, author, sequence, kind, transaction, payload, told_at)
      values (${topicName(topic)}, ${head.author}, ${head.seq}, ${topic.kind}, ${transaction},
        ${JSON.stringify(payload)}, ${at})
      on conflict do nothing`.execute(db)
    return (taken.numAffectedRows ?? 0n) > 0n
  },
  async list(limit, before = Number.MAX_SAFE_INTEGER) {
    const rows = await db
      .selectFrom('told')
      .selectAll()
      .where('arrived', '<', String(before))
      .orderBy('arrived', 'desc')
      .limit(limit + 1)
      .execute()
    return arrivedPage(rows, limit, (row) => {
      const { topic, author, sequence, kind, transaction, payload, told_at } = row
      return {
        kind,
        topic,
        author,
        sequence: Number(sequence),
        transaction,
        payload: JSON.parse(payload) as unknown,
        toldAt: toIso(instant(Number(told_at))),
      }
    })
  },
  async prune(before, countMax) {
    await sql`
      delete from told where told_at < ${before} or arrived <= (
        select arrived from told order by arrived desc limit 1 offset ${countMax})`.execute(db)
  },
})
