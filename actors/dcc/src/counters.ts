import type { ResponseName, ServiceRequest } from '@interlock/duis'
import { limits } from '@interlock/contract'
import { refused, type Clock, type Eui64, type Refusal } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import type { Kysely } from 'kysely'
import { eligibilityOf } from './eligibility.ts'
import { hourly } from './in-passing.ts'
import type { DccTables } from './tables.ts'

/**
 * The highest counter used by each source towards each target. A source is an originator whose
 * signature was verified here, or an owner as one app vendor presents them: no vendor can use up
 * another's counters, or an organisation's. The device keeps the counters that decide.
 */
export type Counters = {
  /** −1 before the first. */
  last(source: string, target: Eui64): Promise<bigint>
  /** Uses a counter up, durably; false when it is not above the last one. */
  use(source: string, target: Eui64, counter: bigint): Promise<boolean>
}

/** Whose counter it is that a request uses. */
export const sourceOf = ({ service, originator }: ServiceRequest, peer: Peer): string =>
  eligibilityOf(service).originator === 'self' ? originator : `${peer.organisation}/${originator}`

/** Uses the counter of a request up; why that cannot be. */
export const useUp = async (
  request: ServiceRequest,
  peer: Peer,
  { counters }: { readonly counters: Counters },
): Promise<Refusal<ResponseName> | undefined> =>
  (await counters.use(sourceOf(request, peer), request.target, request.counter))
    ? undefined
    : refused('CounterUsed', `${request.counter}`)

/**
 * An owner's counter outlives the longest arm: what it would refuse later is over. Nobody here knows who is an owner, so a
 * vendor can invent any number of them.
 */
const ownerKeptMillis = 2 * limits.armWindowMillisMax
/** Of an owner, and of nobody whose signature was verified. */
const isOwner = '%/%'

export function counters(db: Kysely<DccTables>, clock: Clock): Counters {
  const forget = hourly(clock, () =>
    db
      .deleteFrom('counters')
      .where('source', 'like', isOwner)
      .where('at', '<', clock.now() - ownerKeptMillis)
      .execute(),
  )
  return {
    async last(source, target) {
      const row = await db
        .selectFrom('counters')
        .select('last')
        .where('source', '=', source)
        .where('target', '=', target)
        .executeTakeFirst()
      return row === undefined ? -1n : BigInt(row.last)
    },
    async use(source, target, counter) {
      // One statement, so that of two requests with one counter exactly one wins.
      const last = counter.toString()
      const at = clock.now()
      const rows = await db
        .insertInto('counters')
        .values({ source, target, last, at })
        .onConflict((conflict) =>
          conflict
            .columns(['source', 'target'])
            .doUpdateSet({ last, at })
            .where('counters.last', '<', last),
        )
        .returning('source')
        .execute()
      await forget()
      return rows.length === 1
    },
  }
}
