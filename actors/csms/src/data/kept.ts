import { instant, toBase64, fromBase64, type Instant, type StationId } from '@interlock/kernel'
import type { Schedule } from '@interlock/power'
import type { Kysely } from 'kysely'
import type { CsmsTables } from './schema.ts'

export type KeptGoal = {
  readonly departure: Instant
  readonly energyWattHours: number
  /** The meter when the driver said so; absent before a transaction. */
  readonly fromWattHours: number | undefined
}
export type KeptSchedule = { readonly transactionId: string; readonly schedule: Schedule }
export type RefusedCommand = {
  readonly id: string
  readonly stationId: string
  readonly at: number
  readonly action: string
  readonly reason: string
  readonly detail: string | undefined
}

/** What the CSMS remembers besides stations and transactions. */
export type KeptStore = {
  putGoal(station: StationId, goal: KeptGoal | undefined): Promise<void>
  goals(): Promise<Map<string, KeptGoal>>
  putSchedule(station: StationId, kept: KeptSchedule | undefined): Promise<void>
  schedules(): Promise<Map<string, KeptSchedule>>
  putTariff(meter: string, signed: Uint8Array, readAt: Instant): Promise<void>
  tariffs(): Promise<{ meter: string; signed: Uint8Array; readAt: Instant }[]>
  refusedCommand(refused: RefusedCommand): Promise<void>
  refusedCommands(station: StationId): Promise<RefusedCommand[]>
}

export const keptStore = (db: Kysely<CsmsTables>): KeptStore => ({
  ...goals(db),
  ...schedules(db),
  ...tariffs(db),
  ...refusedCommands(db),
})

const goals = (db: Kysely<CsmsTables>): Pick<KeptStore, 'putGoal' | 'goals'> => ({
  async putGoal(station, goal) {
    if (goal === undefined) {
      await db.deleteFrom('goals').where('station_id', '=', station).execute()
      return
    }
    const row = {
      departure: String(goal.departure),
      energy_watt_hours: goal.energyWattHours,
      from_watt_hours: goal.fromWattHours ?? null,
    }
    await db
      .insertInto('goals')
      .values({ station_id: station, ...row })
      .onConflict((conflict) => conflict.column('station_id').doUpdateSet(row))
      .execute()
  },
  async goals() {
    const rows = await db.selectFrom('goals').selectAll().execute()
    return new Map(
      rows.map((row) => [
        row.station_id,
        {
          departure: instant(Number(row.departure)),
          energyWattHours: row.energy_watt_hours,
          fromWattHours: row.from_watt_hours ?? undefined,
        },
      ]),
    )
  },
})

const schedules = (db: Kysely<CsmsTables>): Pick<KeptStore, 'putSchedule' | 'schedules'> => ({
  async putSchedule(station, kept) {
    if (kept === undefined) {
      await db.deleteFrom('schedules').where('station_id', '=', station).execute()
      return
    }
    const row = { transaction_id: kept.transactionId, schedule: JSON.stringify(kept.schedule) }
    await db
      .insertInto('schedules')
      .values({ station_id: station, ...row })
      .onConflict((conflict) => conflict.column('station_id').doUpdateSet(row))
      .execute()
  },
  async schedules() {
    const rows = await db.selectFrom('schedules').selectAll().execute()
    return new Map(
      rows.map((row) => [
        row.station_id,
        { transactionId: row.transaction_id, schedule: JSON.parse(row.schedule) as Schedule },
      ]),
    )
  },
})

const tariffs = (db: Kysely<CsmsTables>): Pick<KeptStore, 'putTariff' | 'tariffs'> => ({
  async putTariff(meter, signed, readAt) {
    const row = { signed: toBase64(signed), read_at: String(readAt) }
    await db
      .insertInto('tariffs')
      .values({ meter, ...row })
      .onConflict((conflict) => conflict.column('meter').doUpdateSet(row))
      .execute()
  },
  async tariffs() {
    const rows = await db.selectFrom('tariffs').selectAll().orderBy('meter').execute()
    return rows.map((row) => ({
      meter: row.meter,
      signed: fromBase64(row.signed) ?? new Uint8Array(),
      readAt: instant(Number(row.read_at)),
    }))
  },
})

const refusedCommands = (
  db: Kysely<CsmsTables>,
): Pick<KeptStore, 'refusedCommand' | 'refusedCommands'> => ({
  async refusedCommand(refused) {
    await db
      .insertInto('refused_commands')
      .values({
        id: refused.id,
        station_id: refused.stationId,
        at: String(refused.at),
        action: refused.action,
        reason: refused.reason,
        detail: refused.detail ?? null,
      })
      .execute()
  },
  async refusedCommands(station) {
    const rows = await db
      .selectFrom('refused_commands')
      .selectAll()
      .where('station_id', '=', station)
      .orderBy('at', 'desc')
      .limit(50)
      .execute()
    return rows.map((row) => ({
      id: row.id,
      stationId: row.station_id,
      at: Number(row.at),
      action: row.action,
      reason: row.reason,
      detail: row.detail ?? undefined,
    }))
  },
})
