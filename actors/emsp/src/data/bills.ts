import {
  referenceName,
  type AtFault,
  type Billed,
  type RatedSession,
  type RatingProblem,
} from '@interlock/billing'
import { instant, toIso, type Instant } from '@interlock/kernel'
import { ownerName, type Cdr } from '@interlock/ocpi'
import { sql, type Kysely } from 'kysely'
import type { EmspTables } from './schema.ts'
import { arrivedPage, type ListArrived } from './told.ts'

export type Dispute = {
  readonly reason: RatingProblem
  readonly atFault: AtFault
  readonly detail: string
}

export type Bills = {
  /** The record of that name that was billed. */
  find(record: string): Promise<Cdr | undefined>
  /** What has been billed by a meter, or under that reference. */
  of(meter: string, reference: string | undefined): Promise<Billed>
  bill(cdr: Cdr, meter: string, session: RatedSession, at: Instant): Promise<void>
  dispute(cdr: Cdr, dispute: Dispute, at: Instant): Promise<void>
  readonly bills: ListArrived
  readonly disputes: ListArrived
}

/** Names a record for good: ids are the operator's own. */
export const recordName = (cdr: Pick<Cdr, 'country_code' | 'party_id' | 'id'>): string =>
  `${ownerName(cdr)}*${cdr.id}`.toUpperCase()

/** How often one record is kept in dispute, and how many disputes with one operator; the audit has what is beyond. */
export const disputesMax = { ofRecord: 16, ofOperator: 100_000 } as const
export type DisputesMax = { readonly [Of in keyof typeof disputesMax]: number }

export const billStore = (db: Kysely<EmspTables>, most: DisputesMax = disputesMax): Bills => ({
  async find(record) {
    const row = await db
      .selectFrom('bills')
      .select('cdr')
      .where('record', '=', record)
      .executeTakeFirst()
    return row === undefined ? undefined : (JSON.parse(row.cdr) as Cdr)
  },
  async of(meter, reference) {
    const rows = await db
      .selectFrom('bills')
      .select(['record', 'first_page', 'last_page'])
      .where('meter', '=', meter)
      .execute()
    const under = await db
      .selectFrom('bills')
      .select('reference')
      .where('reference', '=', reference ?? null)
      .limit(1)
      .execute()
    return {
      records: new Set(rows.map(({ record }) => record)),
      references: new Set(under.flatMap((row) => row.reference ?? [])),
      pages: new Map([
        [meter, rows.map(({ first_page, last_page }) => [first_page, last_page] as const)],
      ]),
    }
  },
  async bill(cdr, meter, session, at) {
    const [first_page, last_page] = session.pages
    await db
      .insertInto('bills')
      .values({
        record: recordName(cdr),
        cdr: JSON.stringify(cdr),
        meter,
        first_page,
        last_page,
        contract_id: cdr.cdr_token.contract_id,
        reference: referenceName(cdr) ?? null,
        session: JSON.stringify(session),
        billed_at: at,
      })
      .execute()
  },
  async dispute(cdr, { reason, atFault, detail }, at) {
    const record = recordName(cdr)
    const operator = `${ownerName(cdr)}*`.toUpperCase()
    await sql`
      insert into disputes (record, reason, at_fault, detail, cdr, raised_at)
      select ${record}, ${reason}, ${atFault}, ${detail}, ${JSON.stringify(cdr)}, ${at}::bigint
      where (select count(*) from disputes where record = ${record}) < ${most.ofRecord}
        and (select count(*) from disputes where starts_with(record, ${operator})) < ${most.ofOperator}
      on conflict do nothing`.execute(db)
  },
  async bills(limit, before = Number.MAX_SAFE_INTEGER) {
    const rows = await db
      .selectFrom('bills')
      .select(['record', 'contract_id', 'meter', 'session', 'billed_at', 'arrived'])
      .where('arrived', '<', String(before))
      .orderBy('arrived', 'desc')
      .limit(limit + 1)
      .execute()
    return arrivedPage(rows, limit, ({ record, contract_id, meter, session, billed_at }) => ({
      record,
      contractId: contract_id,
      meter,
      session: JSON.parse(session) as unknown,
      billedAt: toIso(instant(Number(billed_at))),
    }))
  },
  async disputes(limit, before = Number.MAX_SAFE_INTEGER) {
    const rows = await db
      .selectFrom('disputes')
      .select(['record', 'reason', 'at_fault', 'detail', 'raised_at', 'arrived'])
      .where('arrived', '<', String(before))
      .orderBy('arrived', 'desc')
      .limit(limit + 1)
      .execute()
    return arrivedPage(rows, limit, ({ record, reason, at_fault, detail, raised_at }) => ({
      record,
      reason,
      atFault: at_fault,
      detail,
      raisedAt: toIso(instant(Number(raised_at))),
    }))
  },
})
