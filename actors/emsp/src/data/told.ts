import { topicName } from '@interlock/contract'
import { instant, toIso, type Instant } from '@interlock/kernel'
import { sql, type Kysely } from 'kysely'
import type { Received } from '@interlock/topics'
import type { EmspTables } from './schema.ts'

/** What stations and operators have said of our drivers' sessions by topic. */
export type Told = {
  /** Each once, by author and sequence; false when it is held. */
  take(received: Pick<Received, 'topic' | 'head' | 'payload'>, at: Instant): Promise<boolean>
  /** The newest first; `before` is the moment of the last one of the page before. */
  readonly list: (limit: number, before?: Instant) => Promise<readonly object[]>
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
  async list(limit, before = instant(Number.MAX_SAFE_INTEGER)) {
    const rows = await db
      .selectFrom('told')
      .selectAll()
      .where('told_at', '<', before)
      .orderBy('told_at', 'desc')
      .limit(limit)
      .execute()
    return rows.map(({ topic, author, sequence, kind, transaction, payload, told_at }) => ({
      kind,
      topic,
      author,
      sequence: Number(sequence),
      transaction,
      payload: JSON.parse(payload) as unknown,
      toldAt: toIso(instant(Number(told_at))),
    }))
  },
})
