import {
  eui64,
  inMinutes,
  stationId,
  type Eui64,
  type Instant,
  type StationId,
} from '@interlock/kernel'
import { sql, type Kysely, type Selectable } from 'kysely'
import type { StationConfig } from '../config.ts'
import { blamesRows } from './blames-rows.ts'
import { groupCommit, inGroups } from './group-commit.ts'
import type { CsmsTables } from './schema.ts'

/** A station as the database of stations has it. */
export type StationRecord = {
  readonly stationId: StationId
  readonly eui: Eui64
  readonly ratingWatts: number
  readonly evse: number
  readonly feeder: string
  readonly delaySecondsMax: number
  readonly passwordSha256: string | undefined
  readonly llcs: Eui64 | undefined
  readonly meter: Eui64 | undefined
  readonly enrolled: boolean
  readonly idTokens: readonly string[]
  readonly commissioned: boolean
  /** *Supervised* stations know our companion rules; *standard* ones only know OCPP. */
  readonly trust: TrustMode
  readonly passwordHash: string | undefined
  /** Of passwords that were sent to it and of which nobody knows whether it has taken them (A01). */
  readonly offeredHashes: readonly string[]
  readonly securityProfile: SecurityProfile | undefined
  readonly bootPolicy: BootPolicy
  readonly evses: readonly number[]
}
export const trustModes = ['supervised', 'standard'] as const
export type TrustMode = (typeof trustModes)[number]
export type SecurityProfile = 1 | 2 | 3
export type BootPolicy = 'Accepted' | 'Pending' | 'Rejected'

export type StationStore = {
  find(id: string): Promise<StationRecord | undefined>
  all(): Promise<StationRecord[]>
  /** Adds stations or changes what is known of them; that one is commissioned stays. */
  put(stations: readonly StationConfig[]): Promise<void>
  /** It has come with its own certificate: first contact is over. */
  commissioned(id: StationId, at: Instant): Promise<void>
  /** What first contact will be checked against, as the register has it. */
  rememberPassword(id: StationId, passwordSha256: string): Promise<void>
  /** A password is on its way: it counts beside the one before, from here on (A01). */
  offerPassword(id: StationId, hash: string): Promise<void>
  /** It has refused that one. */
  withdrawPassword(id: StationId, hash: string): Promise<void>
  /** What security profiles 1 and 2 are checked against now, in the place of it and of `others`. */
  settlePassword(id: StationId, hash: string, others: readonly string[]): Promise<void>
  /** From here on nothing lower will do (A05). */
  raiseProfile(id: StationId, profile: SecurityProfile): Promise<void>
  setBootPolicy(id: StationId, policy: BootPolicy): Promise<void>
  /** Someone was here and was kept out. */
  knocked(knock: Knock): Promise<void>
  knock(id: string): Promise<KeptKnock | undefined>
  forgetKnock(id: string): Promise<void>
  /** The latest first, from after `after`, as far as they have not expired. */
  knocks(asked: {
    readonly now: Instant
    readonly after?: KnockPlace | undefined
    readonly limit: number
  }): Promise<KeptKnock[]>
}
export type KnockPlace = { readonly lastAt: number; readonly id: string }
/** Who came, why it was kept out, and what it showed. */
export type Knock = {
  readonly id: string
  readonly reason: string
  readonly at: Instant
  readonly securityProfile: SecurityProfile
  /** Of its certificate, where there was one. */
  readonly certificateEui: string | undefined
}
export type KeptKnock = KnockPlace & {
  readonly times: number
  readonly reason: string
  readonly securityProfile: SecurityProfile | undefined
  readonly certificateEui: string | undefined
}

/** How many unknown identities are remembered; the one that was here least recently gives way. */
export const knocksMax = 1000
/** Who has not come back for so long is forgotten. */
export const knockMillisMax = inMinutes(7 * 24 * 60)

/** A fleet that connects all at once shares these statements. */
const together = { blamesRows, rowsMax: 1_000, queueMax: 20_000 } as const

export function stationStore(db: Kysely<CsmsTables>): StationStore {
  const commissioned = groupCommit<Commissioning>({
    ...together,
    insert: (rows) => storeCommissioned(db, rows),
  })
  const raised = groupCommit<RaisedProfile>({
    ...together,
    insert: (rows) => storeProfiles(db, rows),
  })
  const find = inGroups(together, async (ids: readonly string[]) => {
    const rows = await db
      .selectFrom('stations')
      .selectAll()
      .where('station_id', 'in', [...new Set(ids)])
      .execute()
    const records = new Map<string, StationRecord>()
    for (const row of rows) records.set(row.station_id, recordOf(row))
    // Each gets one of its own: what is learnt of a station is written into it.
    return ids.map((id) => ownCopy(records.get(id)))
  })
  return {
    find,
    async all() {
      const rows = await db.selectFrom('stations').selectAll().orderBy('station_id').execute()
      return rows.map(recordOf)
    },
    async put(stations) {
      for (let at = 0; at < stations.length; at += 500)
        await putSome(db, stations.slice(at, at + 500))
    },
    commissioned: (stationId, at) => commissioned.add({ stationId, at }),
    async rememberPassword(id, passwordSha256) {
      await db
        .updateTable('stations')
        .set({ password_sha256: passwordSha256 })
        .where('station_id', '=', id)
        .execute()
    },
    async offerPassword(id, hash) {
      await sql`
        update stations set offered_hashes = array_append(offered_hashes, ${hash}::text)
        where station_id = ${id}`.execute(db)
    },
    async withdrawPassword(id, hash) {
      await sql`
        update stations set offered_hashes = array_remove(offered_hashes, ${hash}::text)
        where station_id = ${id}`.execute(db)
    },
    async settlePassword(id, hash, others) {
      // One that was offered meanwhile stays.
      await sql`
        update stations set password_hash = ${hash}, offered_hashes = array(
          select each from unnest(offered_hashes) as each
          where each <> all (${[hash, ...others]}::text[]))
        where station_id = ${id}`.execute(db)
    },
    raiseProfile: (stationId, profile) => raised.add({ stationId, profile }),
    async setBootPolicy(id, policy) {
      await db
        .updateTable('stations')
        .set({ boot_policy: policy })
        .where('station_id', '=', id)
        .execute()
    },
    async knocked({ id, reason, at, securityProfile, certificateEui }) {
      await sql`
        insert into knocks
          (id, first_at, last_at, times, reason, security_profile, certificate_eui)
        values (${id}, ${at}, ${at}, 1, ${reason}, ${securityProfile}, ${certificateEui ?? null})
        on conflict (id) do update
          set last_at = excluded.last_at, times = knocks.times + 1, reason = excluded.reason,
            security_profile = excluded.security_profile,
            certificate_eui = excluded.certificate_eui`.execute(db)
      await sql`
        delete from knocks where last_at < ${at - knockMillisMax} or id in (
          select id from knocks order by last_at desc, id desc offset ${knocksMax})`.execute(db)
    },
    async knock(id) {
      const query = db.selectFrom('knocks').selectAll().where('id', '=', id)
      const row = await query.executeTakeFirst()
      return row === undefined ? undefined : knockOf(row)
    },
    async forgetKnock(id) {
      await db.deleteFrom('knocks').where('id', '=', id).execute()
    },
    async knocks({ now, after, limit }) {
      const { lastAt, id } = after ?? { lastAt: Number.MAX_SAFE_INTEGER, id: '' }
      const rows = await db
        .selectFrom('knocks')
        .selectAll()
        .where('last_at', '>=', String(now - knockMillisMax))
        .where(sql<boolean>`(last_at, id) < (${lastAt}, ${id})`)
        .orderBy('last_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(knockOf)
    },
  }
}

const ownCopy = (record: StationRecord | undefined): StationRecord | undefined =>
  record === undefined ? undefined : { ...record }

type Commissioning = { readonly stationId: StationId; readonly at: Instant }
type RaisedProfile = { readonly stationId: StationId; readonly profile: SecurityProfile }

/** The first time counts. */
async function storeCommissioned(
  db: Kysely<CsmsTables>,
  rows: readonly Commissioning[],
): Promise<void> {
  await sql`
    update stations set commissioned_at = given.at
    from (select station_id, min(at) as at from unnest(
        ${rows.map((row) => row.stationId)}::text[],
        ${rows.map((row) => row.at)}::bigint[]) as each (station_id, at)
      group by station_id) as given
    where stations.station_id = given.station_id and commissioned_at is null`.execute(db)
}

/** Never lowers one. */
async function storeProfiles(
  db: Kysely<CsmsTables>,
  rows: readonly RaisedProfile[],
): Promise<void> {
  await sql`
    update stations set security_profile = given.profile
    from (select station_id, max(profile) as profile from unnest(
        ${rows.map((row) => row.stationId)}::text[],
        ${rows.map((row) => row.profile)}::integer[]) as each (station_id, profile)
      group by station_id) as given
    where stations.station_id = given.station_id
      and coalesce(security_profile, 0) < given.profile`.execute(db)
}

async function putSome(db: Kysely<CsmsTables>, stations: readonly StationConfig[]): Promise<void> {
  await db
    .insertInto('stations')
    .values(
      stations.map((station) => ({
        station_id: station.stationId,
        eui: station.eui,
        rating_watts: station.ratingWatts,
        evse: station.evse,
        feeder: station.feeder,
        delay_seconds_max: station.delaySecondsMax,
        password_sha256: station.passwordSha256 ?? null,
        llcs: station.llcs ?? null,
        meter: station.meter ?? null,
        enrolled: station.enrolled,
        id_tokens: JSON.stringify(station.idTokens),
        commissioned_at: null,
        trust_mode: station.trustMode ?? 'supervised',
        password_hash: station.passwordHash ?? null,
        security_profile: null,
        boot_policy: 'Accepted',
        evses: JSON.stringify(station.evses ?? []),
      })),
    )
    .onConflict((conflict) =>
      conflict.column('station_id').doUpdateSet((eb) => ({
        eui: eb.ref('excluded.eui'),
        rating_watts: eb.ref('excluded.rating_watts'),
        evse: eb.ref('excluded.evse'),
        feeder: eb.ref('excluded.feeder'),
        delay_seconds_max: eb.ref('excluded.delay_seconds_max'),
        password_sha256: eb.fn.coalesce('excluded.password_sha256', 'stations.password_sha256'),
        llcs: eb.ref('excluded.llcs'),
        meter: eb.ref('excluded.meter'),
        enrolled: eb.ref('excluded.enrolled'),
        id_tokens: eb.ref('excluded.id_tokens'),
        trust_mode: eb.ref('excluded.trust_mode'),
        // One that was set from afar is newer than the config's.
        password_hash: eb.fn.coalesce('stations.password_hash', 'excluded.password_hash'),
        evses: eb.ref('excluded.evses'),
      })),
    )
    .execute()
}

function recordOf(row: Selectable<CsmsTables['stations']>): StationRecord {
  return {
    stationId: stationId(row.station_id),
    eui: eui64(row.eui),
    ratingWatts: row.rating_watts,
    evse: row.evse,
    feeder: row.feeder,
    delaySecondsMax: row.delay_seconds_max,
    passwordSha256: row.password_sha256 ?? undefined,
    llcs: row.llcs === null ? undefined : eui64(row.llcs),
    meter: row.meter === null ? undefined : eui64(row.meter),
    enrolled: row.enrolled,
    idTokens: JSON.parse(row.id_tokens) as string[],
    commissioned: row.commissioned_at !== null,
    trust: row.trust_mode === 'standard' ? 'standard' : 'supervised',
    passwordHash: row.password_hash ?? undefined,
    offeredHashes: row.offered_hashes,
    securityProfile: profiles.find((profile) => profile === row.security_profile),
    bootPolicy: bootPolicies.find((policy) => policy === row.boot_policy) ?? 'Rejected',
    evses: evsesOf(row),
  }
}

const knockOf = (row: Selectable<CsmsTables['knocks']>): KeptKnock => ({
  id: row.id,
  times: row.times,
  lastAt: Number(row.last_at),
  reason: row.reason,
  securityProfile: profiles.find((profile) => profile === row.security_profile),
  certificateEui: row.certificate_eui ?? undefined,
})

const profiles: readonly SecurityProfile[] = [1, 2, 3]
export const bootPolicies: readonly BootPolicy[] = ['Accepted', 'Pending', 'Rejected']

function evsesOf({ evses, evse }: Selectable<CsmsTables['stations']>): number[] {
  const named = JSON.parse(evses) as number[]
  return named.length === 0 ? [evse] : named
}
