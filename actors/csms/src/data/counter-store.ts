import type { Path } from '@interlock/contract'
import type { Eui64, Instant } from '@interlock/kernel'
import { nextCounter } from '@interlock/seal'
import { sql, type Kysely } from 'kysely'
import type { CsmsTables } from './schema.ts'

export type CounterStore = {
  /**
   * The next counter towards that target, durable before it is used. Commands count by their path;
   * requests to the DCC by `duis`.
   */
  next(target: Eui64, path: Path | 'duis', now: Instant): Promise<bigint>
}

export const counterStore = (db: Kysely<CsmsTables>): CounterStore => ({
  async next(target, path, now) {
    const first = nextCounter(0n, now).toString()
    const { rows } = await sql<{ value: string }>`
      insert into counters (target, path, value) values (${target}, ${path}, ${first}::numeric)
      on conflict (target, path) do update
        set value = greatest(counters.value + 1, excluded.value)
      returning value::text as value`.execute(db)
    return BigInt(rows[0]?.value ?? first)
  },
})
