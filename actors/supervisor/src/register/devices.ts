import type { FlattenedJws } from '@interlock/contract'
import { eui64, instant, stationId, type Eui64, type StationId } from '@interlock/kernel'
import type { Kysely, Selectable } from 'kysely'
import { deviceStates, trustModes, type Device, type DeviceState } from '../core/device.ts'
import { possibleHours, possibleStatements } from '../core/hours.ts'
import { recordIn } from './hours.ts'
import type { SupervisorTables } from './tables.ts'

export type DeviceRegister = {
  find(station: StationId): Promise<Device | undefined>
  /** @returns false when the station identity or the EUI-64 is taken. */
  add(device: Device): Promise<boolean>
  /** Moves it on if it is still in the state it is thought to be in. */
  move(device: Device, to: DeviceState): Promise<boolean>
  /** Takes the one first contact for a key. @returns whether that key has it now. */
  claimFirstContact(station: StationId, key: string): Promise<boolean>
  /** Gives first contact back when nothing was issued. */
  releaseFirstContact(station: StationId, key: string): Promise<void>
  /** The longest random delay that a grant has allowed it; never a shorter one. */
  lengthenDelay(station: StationId, delaySecondsMax: number): Promise<void>
  certified(station: StationId, certificate: { chainPem: string; serialHex: string }): Promise<void>
  /** What was last signed about its DSR provider. */
  providerWord(station: StationId): Promise<ProviderWord | undefined>
  /** Binds it to a DSR provider, together with what was signed about that. */
  bind(station: StationId, dsrsp: Eui64, word: ProviderWord): Promise<void>
}

export type ProviderWord = { readonly counter: number; readonly statement: FlattenedJws }

export const deviceRegister = (db: Kysely<SupervisorTables>): DeviceRegister => ({
  async find(station) {
    const row = await db
      .selectFrom('devices')
      .leftJoin('charging_hours', 'charging_hours.station_id', 'devices.station_id')
      .selectAll('devices')
      .select('charging_hours.record')
      .where('devices.station_id', '=', station)
      .executeTakeFirst()
    return row === undefined ? undefined : deviceOf(row)
  },
  async add(device) {
    const added = await db
      .insertInto('devices')
      .values(rowOf(device))
      .onConflict((conflict) => conflict.doNothing())
      .returning('station_id')
      .execute()
    return added.length > 0
  },
  async move(device, to) {
    const moved = await db
      .updateTable('devices')
      .set({ state: to })
      .where('station_id', '=', device.stationId)
      .where('state', '=', device.state)
      .returning('station_id')
      .execute()
    return moved.length > 0
  },
  async claimFirstContact(station, key) {
    const claimed = await db
      .updateTable('devices')
      .set({ first_contact_key: key })
      .where('station_id', '=', station)
      .where((columns) =>
        columns.or([
          columns('first_contact_key', 'is', null),
          columns('first_contact_key', '=', key),
        ]),
      )
      .returning('station_id')
      .execute()
    return claimed.length > 0
  },
  async releaseFirstContact(station, key) {
    await db
      .updateTable('devices')
      .set({ first_contact_key: null })
      .where('station_id', '=', station)
      .where('first_contact_key', '=', key)
      .where('chain_pem', 'is', null)
      .execute()
  },
  async lengthenDelay(station, delaySecondsMax) {
    await db
      .updateTable('devices')
      .set({ delay_seconds_max: delaySecondsMax })
      .where('station_id', '=', station)
      .where('delay_seconds_max', '<', delaySecondsMax)
      .execute()
  },
  async certified(station, { chainPem, serialHex }) {
    await db
      .updateTable('devices')
      .set((columns) => ({
        chain_pem: chainPem,
        serial_hex: serialHex,
        state: columns
          .case()
          .when('state', '=', 'prenotified')
          .then('authorised')
          .else(columns.ref('state'))
          .end(),
      }))
      .where('station_id', '=', station)
      .execute()
  },
  async providerWord(station) {
    const row = await db
      .selectFrom('provider_statements')
      .select(['counter', 'statement'])
      .where('station_id', '=', station)
      .executeTakeFirst()
    return (
      row && { counter: Number(row.counter), statement: JSON.parse(row.statement) as FlattenedJws }
    )
  },
  bind: (station, dsrsp, { counter, statement }) =>
    db.transaction().execute(async (all) => {
      const row = { station_id: station, counter, statement: JSON.stringify(statement) }
      await all
        .insertInto('provider_statements')
        .values(row)
        .onConflict((conflict) => conflict.column('station_id').doUpdateSet(row))
        .execute()
      await all.updateTable('devices').set({ dsrsp }).where('station_id', '=', station).execute()
    }),
})

type Row = Selectable<SupervisorTables['devices']> & { readonly record: string | null }

function deviceOf(row: Row): Device {
  const record = row.record === null ? undefined : recordIn(row.record)
  return {
    stationId: stationId(row.station_id),
    eui: eui64(row.eui),
    ratingWatts: row.rating_watts,
    evses: JSON.parse(row.evses) as number[],
    delaySecondsMax: row.delay_seconds_max,
    hours: possibleHours(record),
    hoursStatements: possibleStatements(record),
    region: row.region,
    feeder: row.feeder,
    csms: eui64(row.csms),
    dsrsp: row.dsrsp === null ? undefined : eui64(row.dsrsp),
    llcs: row.llcs === null ? undefined : eui64(row.llcs),
    firmwareSha256: row.firmware_sha256,
    secretSha256: row.secret_sha256,
    state: deviceStates.find((state) => state === row.state) ?? 'suspended',
    trust: trustModes.find((trust) => trust === row.trust_mode) ?? 'supervised',
    firstContactKey: row.first_contact_key ?? undefined,
    chainPem: row.chain_pem ?? undefined,
    serialHex: row.serial_hex ?? undefined,
    notifiedAt: instant(Number(row.notified_at)),
  }
}

const rowOf = (device: Device): SupervisorTables['devices'] => ({
  station_id: device.stationId,
  eui: device.eui,
  rating_watts: device.ratingWatts,
  evses: JSON.stringify(device.evses),
  delay_seconds_max: device.delaySecondsMax,
  region: device.region,
  feeder: device.feeder,
  csms: device.csms,
  dsrsp: device.dsrsp ?? null,
  llcs: device.llcs ?? null,
  firmware_sha256: device.firmwareSha256,
  secret_sha256: device.secretSha256,
  state: device.state,
  trust_mode: device.trust,
  first_contact_key: device.firstContactKey ?? null,
  chain_pem: device.chainPem ?? null,
  serial_hex: device.serialHex ?? null,
  notified_at: device.notifiedAt,
})
