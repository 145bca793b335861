import { sql, type Kysely } from 'kysely'

/** Rows of a witness of audit trails. `bigint` arrives as text. */
export type WitnessTables = {
  witnessed: {
    signer: string
    actor: string
    seq: string | number
    hash: string
    /** JSON of the witness's statement. */
    statement: string
  }
}

type Witnessed = Omit<WitnessTables['witnessed'], 'seq'> & { readonly seq: number }

/** What a witness was told of other actors' audit trails, and said that it was told. */
export type WitnessRegister = {
  last(signer: string, actor: string): Promise<Witnessed | undefined>
  keep(row: Witnessed): Promise<void>
  /** Statements about the trails of that name, newest first, at most five hundred. */
  of(actor: string): Promise<string[]>
}

const listedMax = 500

export const createWitnessTable = `create table witnessed (
  signer text not null, actor text not null, seq bigint not null, hash text not null,
  statement text not null, primary key (signer, actor, seq))`

export function witnessRegister<Tables extends WitnessTables>(
  database: Kysely<Tables>,
): WitnessRegister {
  const db = database as unknown as Kysely<WitnessTables>
  return {
    async last(signer, actor) {
      const row = await db
        .selectFrom('witnessed')
        .selectAll()
        .where('signer', '=', signer)
        .where('actor', '=', actor)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? undefined : { ...row, seq: Number(row.seq) }
    },
    async keep(row) {
      await db.insertInto('witnessed').values(row).execute()
    },
    async of(actor) {
      const rows = await db
        .selectFrom('witnessed')
        .select('statement')
        .where('actor', '=', actor)
        .orderBy(sql`seq`, 'desc')
        .limit(listedMax)
        .execute()
      return rows.map(({ statement }) => statement)
    },
  }
}
