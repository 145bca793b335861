import type { Request } from '@interlock/ocpp'
import { csmsCase, type CsmsCase, type CsmsScene } from '../../csms/case.ts'
import { listed, profiles, type Profile } from '../../csms/profiles.ts'

type Asked = Omit<Request<'GetChargingProfiles'>, 'requestId'>
type Source = Request<'ReportChargingProfiles'>['chargingLimitSource']

/** What is asked for, and what the station has of it. */
type Row = {
  readonly asked: Asked
  readonly evseId: number
  readonly profile: Profile
  readonly source?: Source
}

const rows: Readonly<Record<string, Row>> = {
  TC_K_29_CSMS: {
    asked: { evseId: 0, chargingProfile: {} },
    evseId: 0,
    profile: profiles.station(329),
  },
  TC_K_30_CSMS: {
    asked: { evseId: 1, chargingProfile: {} },
    evseId: 1,
    profile: profiles.default(330),
  },
  TC_K_31_CSMS: { asked: { chargingProfile: {} }, evseId: 1, profile: profiles.default(331) },
  TC_K_32_CSMS: {
    asked: { chargingProfile: { chargingProfileId: [332] } },
    evseId: 1,
    profile: profiles.default(332),
  },
  TC_K_33_CSMS: {
    asked: { evseId: 1, chargingProfile: { stackLevel: 2 } },
    evseId: 1,
    profile: profiles.default(333, { stackLevel: 2 }),
  },
  TC_K_34_CSMS: {
    asked: { evseId: 1, chargingProfile: { chargingLimitSource: ['EMS'] } },
    evseId: 1,
    profile: profiles.default(334),
    source: 'EMS',
  },
  TC_K_35_CSMS: {
    asked: { evseId: 1, chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile' } },
    evseId: 1,
    profile: profiles.default(335),
  },
  TC_K_36_CSMS: {
    asked: {
      evseId: 1,
      chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 1 },
    },
    evseId: 1,
    profile: profiles.default(336, { stackLevel: 1 }),
  },
}

/** The report comes in two parts; both must be known, and the report complete. */
const asks = ({ asked, evseId, profile, source = 'CSO' }: Row) =>
  async function run({ station, csms }: CsmsScene): Promise<void> {
    await station.boots()
    station.answers('GetChargingProfiles', { status: 'Accepted' })
    const requestId = profile.id
    await csms.sends('GetChargingProfiles', { requestId, ...asked })
    const part = (chargingProfile: Profile, tbc: boolean) =>
      station.sends('ReportChargingProfiles', {
        requestId,
        chargingLimitSource: source,
        evseId,
        chargingProfile: [chargingProfile],
        tbc,
      })
    await part(profile, true)
    await csms.knowsOf('reports', { requestId, complete: false })
    const other = { ...profile, id: profile.id + 1_000 }
    await part(other, false)
    await csms.knowsOf('reports', { requestId, complete: true })
    for (const each of [profile, other])
      await csms.knowsOf('profiles', { ...listed(evseId, each), source })
  }

export const getProfiles: readonly CsmsCase[] = Object.entries(rows).map(([id, row]) =>
  csmsCase(id, asks(row)),
)
