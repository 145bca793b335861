import type { FlattenedJws } from '@interlock/contract'
import { instant, type Eui64, type Instant, type StationId } from '@interlock/kernel'
import type { Period, Schedule } from '@interlock/power'
import { sql, type Kysely } from 'kysely'
import type { Standing } from '../core/swing.ts'
import type { SupervisorTables } from './tables.ts'

/** A command that was countersigned. */
export type Grant = {
  /** The ledger reservation that pays for it; made from the command itself. */
  readonly reservation: string
  readonly organisation: Eui64
  readonly station: StationId
  readonly evse: number
  readonly standing: Pick<Standing, 'slot' | 'schedule'> | undefined
  /** After this it can be in force no longer. */
  readonly standsUntil: Instant
  readonly command: FlattenedJws
}

export type GrantRegister = {
  /** The last counter of an originator towards a station that was looked at; 0 when none. */
  counter(organisation: Eui64, station: StationId): Promise<bigint>
  /** Compare and set: false when the counter, or a later one, was used before. */
  useCounter(organisation: Eui64, station: StationId, counter: bigint): Promise<boolean>
  /** The same command, countersigned before. */
  find(reservation: string): Promise<FlattenedJws | undefined>
  add(grant: Grant, now: Instant): Promise<void>
  standing(station: StationId, now: Instant): Promise<Standing[]>
  /** Whether anything that was granted may still move load, or is yet to be delivered. */
  stands(station: StationId, now: Instant): Promise<boolean>
}

export const grantRegister = (db: Kysely<SupervisorTables>): GrantRegister => ({
  async counter(organisation, station) {
    const row = await db
      .selectFrom('counters')
      .select('value')
      .where('organisation', '=', organisation)
      .where('station_id', '=', station)
      .executeTakeFirst()
    return BigInt(row?.value ?? 0)
  },
  async useCounter(organisation, station, counter) {
    const { rows } = await sql`
      insert into counters (organisation, station_id, value)
      values (${organisation}, ${station}, ${counter.toString()}::numeric)
      on conflict (organisation, station_id) do update set value = excluded.value
        where counters.value < excluded.value
      returning value`.execute(db)
    return rows.length > 0
  },
  async find(reservation) {
    const row = await db
      .selectFrom('grants')
      .select('command')
      .where('reservation', '=', reservation)
      .executeTakeFirst()
    return row === undefined ? undefined : (JSON.parse(row.command) as FlattenedJws)
  },
  async add(grant, now) {
    await db
      .insertInto('grants')
      .values({
        reservation: grant.reservation,
        organisation: grant.organisation,
        station_id: grant.station,
        evse: grant.evse,
        slot: grant.standing?.slot ?? null,
        schedule: grant.standing === undefined ? null : JSON.stringify(grant.standing.schedule),
        stands_until: grant.standsUntil,
        command: JSON.stringify(grant.command),
        granted_at: now,
      })
      .execute()
  },
  async standing(station, now) {
    const rows = await db
      .selectFrom('grants')
      .select(['evse', 'slot', 'schedule'])
      .where('station_id', '=', station)
      .where('stands_until', '>', now)
      .orderBy('granted_at')
      .execute()
    return rows.flatMap(({ evse, slot, schedule }) =>
      slot === null || schedule === null ? [] : [{ evse, slot, schedule: scheduleOf(schedule) }],
    )
  },
  async stands(station, now) {
    const row = await db
      .selectFrom('grants')
      .select('reservation')
      .where('station_id', '=', station)
      .where('stands_until', '>', now)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  },
})

function scheduleOf(json: string): Schedule {
  const { from, until, periods } = JSON.parse(json) as {
    from: number
    until: number
    periods: { from: number; limitWatts: number }[]
  }
  const read = (period: { from: number; limitWatts: number }): Period => ({
    from: instant(period.from),
    limitWatts: period.limitWatts,
  })
  return { from: instant(from), until: instant(until), periods: periods.map(read) }
}
