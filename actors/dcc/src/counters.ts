import type { Eui64 } from '@interlock/kernel'
import type { Kysely } from 'kysely'
import type { DccTables } from './tables.ts'

/** The highest counter used by each originator towards each target. */
export type Counters = {
  /** −1 before the first. */
  last(originator: Eui64, target: Eui64): Promise<bigint>
  /** Uses a counter up, durably; false when it is not above the last one. */
  use(originator: Eui64, target: Eui64, counter: bigint): Promise<boolean>
}

export const counters = (db: Kysely<DccTables>): Counters => ({
  async last(originator, target) {
    const row = await db
      .selectFrom('counters')
      .select('last')
      .where('originator', '=', originator)
      .where('target', '=', target)
      .executeTakeFirst()
    return row === undefined ? -1n : BigInt(row.last)
  },
  async use(originator, target, counter) {
    // One statement, so that of two requests with one counter exactly one wins.
    const last = counter.toString()
    const rows = await db
      .insertInto('counters')
      .values({ originator, target, last })
      .onConflict((conflict) =>
        conflict
          .columns(['originator', 'target'])
          .doUpdateSet({ last })
          .where('counters.last', '<', last),
      )
      .returning('originator')
      .execute()
    return rows.length === 1
  },
})
