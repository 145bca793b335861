import type { Instant } from '@interlock/kernel'
import type { AskedPage, NextMark, OcpiConnection, OcpiConnections } from '@interlock/ocpi'
import { sql, type Kysely } from 'kysely'

/** What is kept of other parties of OCPI: how it stands with them, and the objects of either side. */
export type OcpiTables = {
  /** JSON of an `OcpiConnection`. */
  ocpi_connections: { party: string; connection: string }
  ocpi_objects: {
    module: string
    /** `NL*CPO`; in capitals, as the id. */
    owner: string
    id: string
    last_updated: string | number
    /** The party that may list it; null: all. */
    audience: string | null
    /** JSON, as it came. */
    object: string
    arrived: string
  }
}

export const createOcpiTables = [
  `create table ocpi_connections (party text primary key, connection text not null)`,
  `create table ocpi_objects (
    module text not null, owner text not null, id text not null, last_updated bigint not null,
    audience text, object text not null, arrived bigserial,
    primary key (module, owner, id))`,
  `create index ocpi_objects_listed on ocpi_objects (module, arrived)`,
]

export type OcpiObjectName = {
  readonly module: string
  readonly owner: string
  readonly id: string
}
export type KeptObject = OcpiObjectName & {
  readonly lastUpdated: Instant
  readonly audience?: string
  /** JSON. */
  readonly object: unknown
}

export type OcpiObjects = {
  find(name: OcpiObjectName): Promise<unknown>
  /** `full`: nothing was kept, for there are as many of this owner as there may be. */
  put(kept: KeptObject): Promise<'new' | 'replaced' | 'full'>
  remove(name: OcpiObjectName): Promise<boolean>
  /**
   * In the order in which they were first kept, which no change alters; `total` counts all that the page is part of, and
   * `next` is where the next one begins.
   */
  list(module: string, page: AskedPage, audience?: string): Promise<ListedObjects>
  /** Forgets what is older than that, and of the rest all but the newest so many. */
  prune(kept: Retention): Promise<void>
  /** Forgets what is over, those first that came first. @returns how many there were. */
  forget(over: Over): Promise<number>
}
export type ListedObjects = {
  readonly objects: readonly unknown[]
  readonly total: number
  readonly next: NextMark
}
export type Retention = {
  readonly module: string
  readonly owner: string
  readonly before: Instant
  readonly countMax: number
  /** Modules whose objects go with the one of their name. */
  readonly alongside?: readonly string[]
}

/** What may be forgotten of a module. */
export type Over = {
  readonly module: string
  readonly owner: string
  /** Older than that. */
  readonly before: Instant
  /** Not while a member has one of these values, as text. */
  readonly unless?: { readonly member: string; readonly is: readonly string[] }
  /** Not while it waits to be told: in that module, under a name that begins with one of these modules and the id. */
  readonly waits?: { readonly in: string; readonly as: readonly string[] }
  /** At once. */
  readonly countMax: number
}

/** Of one owner in one module. */
const objectsMax = 1_000_000

export async function ocpiObjects(db: Kysely<OcpiTables>): Promise<OcpiObjects> {
  const counts = new Map<string, number>()
  const counted = await sql<{ module: string; owner: string; count: string }>`
    select module, owner, count(*) from ocpi_objects group by module, owner`.execute(db)
  for (const { module, owner, count } of counted.rows)
    counts.set(`${module} ${owner}`, Number(count))
  const named = ({ module, owner, id }: OcpiObjectName) => sql`
    module = ${module} and owner = ${owner} and id = ${id.toUpperCase()}`
  const countOf = ({ module, owner }: OcpiObjectName): number =>
    counts.get(`${module} ${owner}`) ?? 0
  const count = ({ module, owner }: Pick<OcpiObjectName, 'module' | 'owner'>, by: number): void =>
    void counts.set(`${module} ${owner}`, (counts.get(`${module} ${owner}`) ?? 0) + by)
  const find = async (name: OcpiObjectName): Promise<unknown> => {
    const { rows } = await sql<{ object: string }>`
      select object from ocpi_objects where ${named(name)}`.execute(db)
    return rows[0] === undefined ? undefined : JSON.parse(rows[0].object)
  }
  return {
    find,
    async put(kept) {
      const { module, owner, id, lastUpdated, audience = null, object } = kept
      if (countOf(kept) >= objectsMax && (await find(kept)) === undefined) return 'full'
      const { rows } = await sql<{ is_new: boolean }>`
        insert into ocpi_objects (module, owner, id, last_updated, audience, object)
        values (${module}, ${owner}, ${id.toUpperCase()}, ${lastUpdated}, ${audience},
          ${JSON.stringify(object)})
        on conflict (module, owner, id) do update set last_updated = excluded.last_updated,
          audience = excluded.audience, object = excluded.object
        returning xmax = 0 as is_new`.execute(db)
      if (rows[0]?.is_new !== true) return 'replaced'
      count(kept, 1)
      return 'new'
    },
    async remove(name) {
      const { rows } = await sql<{ id: string }>`
        delete from ocpi_objects where ${named(name)} returning id`.execute(db)
      if (rows.length > 0) count(name, -1)
      return rows.length > 0
    },
    async list(module, { offset, limit, from, to, after }, audience) {
      const those = sql`module = ${module}
        and (audience is null or audience = ${audience ?? null})
        and last_updated >= ${from ?? 0} and last_updated < ${to ?? Number.MAX_SAFE_INTEGER}`
      const page = await sql<{ object: string; arrived: string }>`
        select object, arrived from ocpi_objects where ${those} and arrived > ${after ?? 0}
        order by arrived limit ${limit + 1} offset ${after === undefined ? offset : 0}`.execute(db)
      const all = await sql<{ count: string }>`
        select count(*) from ocpi_objects where ${those}`.execute(db)
      const rows = page.rows.slice(0, limit)
      const last = rows.at(-1)
      return {
        objects: rows.map(({ object }) => JSON.parse(object) as unknown),
        total: Number(all.rows[0]?.count ?? 0),
        next: last !== undefined && page.rows.length > limit ? Number(last.arrived) : null,
      }
    },
    async prune({ module, owner, before, countMax, alongside = [] }) {
      const those = sql`module = ${module} and owner = ${owner}`
      const { rows } = await sql<{ module: string; count: string }>`
        with gone as (
          delete from ocpi_objects where ${those} and (last_updated < ${before} or arrived <= (
            select arrived from ocpi_objects where ${those}
            order by arrived desc limit 1 offset ${countMax}))
          returning module, id),
        beside as (
          delete from ocpi_objects where module = any(${alongside}::text[]) and owner = ${owner}
            and id in (select id from gone) returning module)
        select module, count(*) from (
          select module from gone union all select module from beside) as all_gone
        group by module`.execute(db)
      for (const { module: of, count: removed } of rows)
        count({ module: of, owner }, -Number(removed))
    },
    async forget({ module, owner, before, unless, waits, countMax }) {
      const open =
        unless === undefined
          ? sql`false`
          : sql`coalesce(object::json ->> ${unless.member}, '') = any(${[...unless.is]}::text[])`
      const prefixes = (waits?.as ?? []).map((each) => `${each}/`.toUpperCase())
      const { rows } = await sql<{ id: string }>`
        delete from ocpi_objects where module = ${module} and owner = ${owner} and id in (
          select old.id from ocpi_objects as old
          where module = ${module} and owner = ${owner} and last_updated < ${before}
            and not (${open})
            and not exists (select from ocpi_objects as waiting
              cross join unnest(${prefixes}::text[]) as prefix
              where waiting.module = ${waits?.in ?? ''} and waiting.owner = ${owner}
                and starts_with(waiting.id, prefix || old.id || '/'))
          order by arrived limit ${countMax})
        returning id`.execute(db)
      count({ module, owner }, -rows.length)
      return rows.length
    },
  }
}

/** Connections are few: in memory, and in the database before anything follows from them. */
export async function ocpiConnections(
  db: Kysely<OcpiTables>,
  unknown: OcpiConnection,
): Promise<OcpiConnections> {
  const held = new Map<string, OcpiConnection>()
  const { rows } = await sql<{ party: string; connection: string }>`
    select party, connection from ocpi_connections`.execute(db)
  for (const { party, connection } of rows)
    held.set(party, JSON.parse(connection) as OcpiConnection)
  return {
    of: (party) => held.get(party) ?? unknown,
    async keep(party, connection) {
      const text = JSON.stringify(connection)
      await sql`
        insert into ocpi_connections (party, connection) values (${party}, ${text})
        on conflict (party) do update set connection = excluded.connection`.execute(db)
      held.set(party, connection)
    },
  }
}
