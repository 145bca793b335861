import { assert, canonicalJson, fromIso, toHex, utf8, type Crypto } from '@interlock/kernel'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Told } from '../core/running.ts'
import type { CsmsTables } from './schema.ts'
import { foldHeads, type Headed } from './transaction-columns.ts'

/** One TransactionEvent as it is kept: the message itself and what is asked of it later. */
export type EventRow = {
  readonly stationId: string
  readonly transactionId: string
  readonly seqNo: number
  readonly at: number
  readonly eventType: 'Started' | 'Updated' | 'Ended'
  readonly registerWattHours: number | undefined
  readonly message: string
  /** What it changes of its transaction beside its events. */
  readonly head: Told | undefined
}

/**
 * What became of an event. `kept`: the first under its number. `repeated`: it is there already, word for word (E13). `conflicting`: kept beside
 * a different event of the same number.
 */
export type Kept = {
  readonly as: 'kept' | 'repeated' | 'conflicting'
  /** Its transaction had ended before it came. */
  readonly over: boolean
}

/** `content`: empty for the first under its number, else its digest. */
type Name = Pick<EventRow, 'stationId' | 'transactionId' | 'seqNo'> & { readonly content: string }
type Key = readonly [stationId: string, transactionId: string, seqNo: number, content: string]

/**
 * Keeps events in one statement, as nearly all are the first under their number. Those that are not are
 * compared with what is there, which takes two more for all of them together. Rejects for the rows that could not be
 * kept, where others were.
 */
export async function insertEvents(
  db: Kysely<CsmsTables>,
  crypto: Pick<Crypto, 'sha256'>,
  rows: readonly EventRow[],
): Promise<readonly (Kept | Promise<Kept>)[]> {
  const { took, isOver } = await insert(db, rows)
  const kept = rows.map((row): Kept | undefined =>
    took(row) ? { as: 'kept', over: isOver(row) } : undefined,
  )
  const again = rows.filter((_, at) => kept[at] === undefined)
  if (again.length === 0) return kept as Kept[]
  const answers = keepAgain(db, crypto, again)
  // What was kept is kept, whatever becomes of the others.
  await answers.catch(() => {})
  let next = 0
  return kept.map((answer) => answer ?? nth(answers, next++))
}

const nth = async (answers: Promise<readonly Kept[]>, at: number): Promise<Kept> =>
  (await answers)[at] ?? repeated

/** Rows under numbers that are used: the same event again (E13), or a different one. */
async function keepAgain(
  db: Kysely<CsmsTables>,
  crypto: Pick<Crypto, 'sha256'>,
  rows: readonly EventRow[],
): Promise<readonly Kept[]> {
  const firsts = await firstMessages(db, rows)
  const contents = rows.map((row) => {
    const content = contentOf(crypto, row.message)
    const first = firsts.get(nameOf(row))
    const isSame = first !== undefined && contentOf(crypto, first) === content
    return isSame ? undefined : { ...row, content }
  })
  const different = contents.filter((row) => row !== undefined)
  if (different.length === 0) return rows.map(() => repeated)
  const { took, isOver } = await insert(db, different)
  return contents.map((row) =>
    row !== undefined && took(row) ? { as: 'conflicting', over: isOver(row) } : repeated,
  )
}

const repeated: Kept = { as: 'repeated', over: false }

/**
 * Of all it says, in whatever order and form of time it says it; but for whether it was made offline: a station may say
 * so only when it sends it again.
 */
function contentOf(crypto: Pick<Crypto, 'sha256'>, message: string): string {
  const { offline: _offline, ...said } = JSON.parse(message, inMillis) as Record<string, unknown>
  return toHex(crypto.sha256(utf8(canonicalJson(said))))
}

/** One moment is written in several ways. */
const inMillis = (name: string, value: unknown): unknown =>
  name === 'timestamp' && typeof value === 'string' ? (fromIso(value) ?? value) : value

async function firstMessages(
  db: Kysely<CsmsTables>,
  rows: readonly EventRow[],
): Promise<ReadonlyMap<string, string>> {
  const { rows: found } = await sql<{ key: Key; message: string }>`
    select ${key} as key, message from transaction_events
    where content = '' and (station_id, transaction_id, seq_no) in (select * from unnest(
      ${rows.map((row) => row.stationId)}::text[],
      ${rows.map((row) => row.transactionId)}::text[],
      ${rows.map((row) => row.seqNo)}::integer[]))`.execute(db)
  return new Map(found.map((first) => [JSON.stringify(first.key), first.message]))
}

const key = sql`json_build_array(station_id, transaction_id, seq_no, content)`
const nameOf = ({
  stationId,
  transactionId,
  seqNo,
  content = '',
}: Pick<EventRow, 'stationId' | 'transactionId' | 'seqNo'> & Partial<Name>): string =>
  JSON.stringify([stationId, transactionId, seqNo, content] satisfies Key)

type Inserted = {
  /** Whether it was inserted, asked in their order: of two of one name only the first was. */
  readonly took: (row: EventRow & Partial<Name>) => boolean
  /** Whether its transaction had ended before it. */
  readonly isOver: (row: EventRow & Partial<Name>) => boolean
}

/** The answer is short where every row is new, and none is late. */
async function insert(
  db: Kysely<CsmsTables>,
  rows: readonly (EventRow & Partial<Name>)[],
): Promise<Inserted> {
  const { rows: answers } = await sql<{ all: boolean; some: Key[] | null; over: Key[] | null }>`
    with inserted as (
      insert into transaction_events
        (station_id, transaction_id, seq_no, at, event_type, register_watt_hours, message, content)
      select * from unnest(
        ${rows.map((row) => row.stationId)}::text[],
        ${rows.map((row) => row.transactionId)}::text[],
        ${rows.map((row) => row.seqNo)}::integer[],
        ${rows.map((row) => row.at)}::bigint[],
        ${rows.map((row) => row.eventType)}::text[],
        ${rows.map((row) => row.registerWattHours ?? null)}::double precision[],
        ${rows.map((row) => row.message)}::text[],
        ${rows.map((row) => row.content ?? '')}::text[])
      on conflict do nothing
      returning station_id, transaction_id, seq_no, content,
        exists (select from transaction_events as earlier
          where earlier.station_id = transaction_events.station_id
            and earlier.transaction_id = transaction_events.transaction_id
            and earlier.event_type = 'Ended') as over)
    ${putHeads(rows)}
    select count(*) = ${rows.length} as "all",
      case when count(*) < ${rows.length} then json_agg(${key}) end as some,
      json_agg(${key}) filter (where over) as over
    from inserted`.execute(db)
  const [answer] = answers
  assert(answer !== undefined, 'an aggregate has one row')
  const some = new Set(answer.some?.map((each) => JSON.stringify(each)))
  const over = new Set(answer.over?.map((each) => JSON.stringify(each)))
  return {
    took: answer.all ? () => true : (row) => some.delete(nameOf(row)),
    isOver: over.size === 0 ? () => false : (row) => over.has(nameOf(row)),
  }
}

function putHeads(rows: readonly (EventRow & Partial<Name>)[]): RawBuilder<unknown> {
  // Of two of one name only the first can have been inserted.
  const first = new Map<string, Headed>()
  for (const row of rows) {
    // Most have none: nothing is made of those.
    if (row.head === undefined) continue
    const name = nameOf(row)
    if (!first.has(name)) first.set(name, { ...row, head: row.head })
  }
  return first.size === 0 ? sql`` : foldHeads([...first.values()])
}
