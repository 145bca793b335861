import { sql, type Kysely } from 'kysely'
import { factKinds, type Fact, type FactKind } from '../core/facts.ts'
import { blamesRows } from './blames-rows.ts'
import { groupCommit } from './group-commit.ts'
import type { CsmsTables } from './schema.ts'

export type Page = { readonly after?: string; readonly limit: number }

/** What the CSMS knows of its stations: one row for each fact, kept until newer ones crowd it out. */
export type FactStore = {
  /** Resolves when all are durable. What a fact does not mention of an older one stays. */
  put(facts: readonly Fact[]): Promise<void>
  /** By key, ascending. */
  list(station: string, kind: FactKind, page: Page): Promise<Fact[]>
  /** By key; the newest, for as many as one kind may have. */
  all(station: string, kind: FactKind): Promise<Fact[]>
  find(station: string, kind: FactKind, key: string): Promise<Fact | undefined>
  /** Of several stations; under that key, where one is given. */
  ofStations(stations: readonly string[], kind: FactKind, key?: string): Promise<Fact[]>
  /** Of every station: for kinds of which a station has one. */
  ofKind(kind: FactKind): Promise<Fact[]>
  /** Without keys: everything of that kind. */
  remove(station: string, kind: FactKind, keys?: readonly string[]): Promise<void>
}

/** So many writes of one kind at one station go by between two looks at how much there is. */
const writesBetweenTrims = 64

export function factStore(db: Kysely<CsmsTables>): FactStore {
  const commit = groupCommit<Fact>({
    insert: (facts) => upsert(db, merged(facts)),
    blamesRows,
    rowsMax: 1_000,
    queueMax: 50_000,
  })
  const trimming = groupCommit<Heap>({
    insert: (heaps) => trim(db, heaps),
    blamesRows,
    rowsMax: 200,
    queueMax: 50_000,
  })
  const written = new Map<string, number>()
  const trimAsNeeded = async ({ stationId, kind }: Fact): Promise<void> => {
    const name = `${kind} ${stationId}`
    const count = (written.get(name) ?? 0) + 1
    if (count >= writesBetweenTrims) written.delete(name)
    else written.set(name, count)
    if (count >= writesBetweenTrims) await trimming.add({ stationId, kind })
  }
  const list: FactStore['list'] = async (station, kind, { after, limit }) => {
    const rows = await db
      .selectFrom('facts')
      .selectAll()
      .where('station_id', '=', station)
      .where('kind', '=', kind)
      .where('key', '>', after ?? '')
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map(factOf)
  }
  return {
    async put(facts) {
      await Promise.all(facts.map((fact) => commit.add(storable(fact))))
      for (const fact of facts) await trimAsNeeded(fact)
    },
    list,
    async all(station, kind) {
      const rows = await db
        .selectFrom('facts')
        .selectAll()
        .where('station_id', '=', station)
        .where('kind', '=', kind)
        .orderBy('at', 'desc')
        .orderBy('key', 'desc')
        .limit(factKinds[kind])
        .execute()
      return rows.map(factOf).sort((left, right) => (left.key < right.key ? -1 : 1))
    },
    async find(station, kind, key) {
      const row = await db
        .selectFrom('facts')
        .selectAll()
        .where('station_id', '=', station)
        .where('kind', '=', kind)
        .where('key', '=', storableText(key))
        .executeTakeFirst()
      return row === undefined ? undefined : factOf(row)
    },
    async ofStations(stations, kind, key) {
      const named = key === undefined ? sql`true` : sql`key = ${storableText(key)}`
      const { rows } = await sql<FactRow>`
        select * from facts
        where station_id = any(${stations}::text[]) and kind = ${kind} and ${named}`.execute(db)
      return rows.map(factOf)
    },
    async ofKind(kind) {
      const rows = await db.selectFrom('facts').selectAll().where('kind', '=', kind).execute()
      return rows.map(factOf)
    },
    async remove(station, kind, keys) {
      const all = db.deleteFrom('facts').where('station_id', '=', station).where('kind', '=', kind)
      if (keys === undefined) await all.execute()
      else if (keys.length > 0) await all.where('key', 'in', keys.map(storableText)).execute()
    },
  }
}

type FactRow = {
  readonly station_id: string
  readonly kind: string
  readonly key: string
  readonly at: string
  readonly value: unknown
}
const factOf = (row: FactRow) =>
  ({
    stationId: row.station_id,
    kind: row.kind as FactKind,
    key: row.key,
    at: Number(row.at),
    value: row.value as Fact['value'],
  }) satisfies Fact

/** One statement may touch a row only once. */
function merged(facts: readonly Fact[]): Fact[] {
  const byKey = new Map<string, Fact>()
  for (const fact of facts) {
    const name = JSON.stringify([fact.stationId, fact.kind, fact.key])
    const before = byKey.get(name)
    byKey.set(
      name,
      before === undefined ? fact : { ...fact, value: { ...before.value, ...fact.value } },
    )
  }
  return [...byKey.values()]
}

async function upsert(db: Kysely<CsmsTables>, facts: readonly Fact[]): Promise<void> {
  await sql`
    insert into facts (station_id, kind, key, at, value)
    select * from unnest(
      ${facts.map((fact) => fact.stationId)}::text[],
      ${facts.map((fact) => fact.kind)}::text[],
      ${facts.map((fact) => fact.key)}::text[],
      ${facts.map((fact) => fact.at)}::bigint[],
      ${facts.map((fact) => JSON.stringify(fact.value))}::jsonb[])
    on conflict (station_id, kind, key)
      do update set at = excluded.at, value = facts.value || excluded.value`.execute(db)
}

/** The facts of one kind at one station. */
type Heap = Pick<Fact, 'stationId' | 'kind'>

/** The oldest go first. */
async function trim(db: Kysely<CsmsTables>, heaps: readonly Heap[]): Promise<void> {
  await sql`
    delete from facts using (
      select station_id, kind, key, most, row_number() over (
        partition by station_id, kind order by at desc, key desc) as place
      from facts join (select distinct * from unnest(
        ${heaps.map(({ stationId }) => stationId)}::text[],
        ${heaps.map(({ kind }) => kind)}::text[],
        ${heaps.map(({ kind }) => factKinds[kind])}::integer[]
      ) as each (station_id, kind, most)) as given using (station_id, kind)) as aged
    where facts.station_id = aged.station_id and facts.kind = aged.kind
      and facts.key = aged.key and place > most`.execute(db)
}

/**
 * A NUL or half a surrogate pair would make PostgreSQL refuse the statement, and with it the facts
 * of every other station in it.
 */
const storable = (fact: Fact): Fact => {
  // Most have nothing of the kind, and their JSON tells so at one glance: it escapes just that.
  if (!unstorable.test(JSON.stringify([fact.key, fact.value]))) return fact
  const value = storableValue(fact.value) as Fact['value']
  return { ...fact, key: storableText(fact.key), value }
}
const unstorable = /\\u(0000|d[89a-f])/

// eslint-disable-next-line no-control-regex -- exactly what may not be stored
const storableText = (text: string): string => text.replace(/\p{Surrogate}|\0/gu, '\ufffd')

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(storableValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [storableText(name), storableValue(each)]),
  )
}
