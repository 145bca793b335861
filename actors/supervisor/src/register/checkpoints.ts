import type { AuditCheckpoint } from '@interlock/ledger'
import type { Eui64, Instant } from '@interlock/kernel'
import type { Kysely } from 'kysely'
import type { SupervisorTables } from './tables.ts'

/** What actors said of their audit trails, kept so that they cannot say otherwise later. */
export type CheckpointRegister = {
  /** @returns false when the actor has said something else of the same or a later record. */
  witness(organisation: Eui64, checkpoint: AuditCheckpoint, now: Instant): Promise<boolean>
  of(actor: string): Promise<AuditCheckpoint[]>
}

const listedMax = 1_000

export const checkpointRegister = (db: Kysely<SupervisorTables>): CheckpointRegister => ({
  async witness(organisation, checkpoint, now) {
    const { actor, seq, hash } = checkpoint
    const last = await db
      .selectFrom('checkpoints')
      .select(['seq', 'hash'])
      .where('organisation', '=', organisation)
      .where('actor', '=', actor)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (last !== undefined && seq <= Number(last.seq))
      return seq === Number(last.seq) && hash === last.hash
    await db
      .insertInto('checkpoints')
      .values({
        organisation,
        actor,
        seq,
        hash,
        checkpoint: JSON.stringify(checkpoint),
        witnessed_at: now,
      })
      .execute()
    return true
  },
  async of(actor) {
    const rows = await db
      .selectFrom('checkpoints')
      .select('checkpoint')
      .where('actor', '=', actor)
      .orderBy('seq', 'desc')
      .limit(listedMax)
      .execute()
    return rows.map((row) => JSON.parse(row.checkpoint) as AuditCheckpoint)
  },
})
