import { instant } from '@interlock/kernel'
import { sql, type RawBuilder } from 'kysely'
import { folds, type Token, type Told } from '../core/running.ts'
import { saidIn, stampedText, type Said } from '../core/said.ts'
import type { EventRow } from './insert-events.ts'

/** Where each member of {@link Told} stands; what an event has said stands as text that sorts as it is folded. */
const columns = [
  ['startedAt', 'started_at', 'bigint'],
  ['endedAt', 'ended_at', 'bigint'],
  ['firstWattHours', 'first_watt_hours', 'double precision'],
  ['lastWattHours', 'last_watt_hours', 'double precision'],
  ['evseId', 'evse', 'text'],
  ['chargingState', 'charging_state', 'text'],
  ['begunWith', 'begun_with', 'text'],
] as const satisfies readonly (readonly [keyof Told, string, string])[]

const written = (value: number | Said<unknown> | undefined): number | string | null =>
  typeof value === 'object' ? stampedText(value) : (value ?? null)

export type ToldRow = {
  readonly startedAt: number
  readonly endedAt: number | null
  readonly firstWattHours: number | null
  readonly lastWattHours: number | null
  readonly evseId: string | null
  readonly chargingState: string | null
  readonly begunWith: string | null
}

export const toldIn = (row: ToldRow): Told => ({
  startedAt: instant(row.startedAt),
  endedAt: row.endedAt === null ? undefined : instant(row.endedAt),
  firstWattHours: row.firstWattHours ?? undefined,
  lastWattHours: row.lastWattHours ?? undefined,
  evseId: row.evseId === null ? undefined : saidIn<number>(row.evseId),
  chargingState: row.chargingState === null ? undefined : saidIn<string>(row.chargingState),
  begunWith: row.begunWith === null ? undefined : saidIn<Token>(row.begunWith),
})

export type Headed = Omit<EventRow, 'head'> & { readonly content?: string; readonly head: Told }

/**
 * Folds what the inserted rows change into their transactions, each member by itself: a row that knows less takes
 * nothing away. A different event under a used number changes nothing of one that has ended, as it changes nothing in
 * memory.
 */
export const foldHeads = (headed: readonly Headed[]): RawBuilder<unknown> => sql`, headed as (
  insert into transactions as old (station_id, transaction_id, ${names})
  select station_id, transaction_id, ${aggregates}
  from inserted join unnest(
    ${headed.map((row) => row.stationId)}::text[],
    ${headed.map((row) => row.transactionId)}::text[],
    ${headed.map((row) => row.seqNo)}::integer[],
    ${headed.map((row) => row.content ?? '')}::text[],
    ${sql.join(columns.map(([name, , type]) => arrayOf(headed, name, type)))})
    as head (station_id, transaction_id, seq_no, content, ${names})
    using (station_id, transaction_id, seq_no, content)
  where not (over and content <> '')
  group by station_id, transaction_id
  on conflict (station_id, transaction_id) do update set ${updates})`

const arrayOf = (headed: readonly Headed[], name: keyof Told, type: string): RawBuilder<unknown> =>
  sql`${headed.map(({ head }) => written(head[name]))}::${sql.raw(type)}[]`

const names = sql.raw(columns.map(([, column]) => column).join(', '))
const aggregates = sql.raw(
  columns
    .map(([name, column, type]) => {
      const value = type === 'text' ? `${column} collate "C"` : column
      return `${folds[name] === 'least' ? 'min' : 'max'}(${value})`
    })
    .join(', '),
)
const updates = sql.raw(
  columns
    .map(([name, column]) => `${column} = ${folds[name]}(old.${column}, excluded.${column})`)
    .join(', '),
)
