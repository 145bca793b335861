import { csmsCase, type CsmsCase, type CsmsScene } from '../../csms/case.ts'
import { including, without } from '../../match.ts'
import { profiles } from '../../csms/profiles.ts'

/** The schedule that the station works out, of one EVSE or of the whole. */
const worksOut = (evseId: number) =>
  async function run({ station, csms }: CsmsScene): Promise<void> {
    await station.boots()
    const scheduleStart = new Date().toISOString()
    station.answers('GetCompositeSchedule', {
      status: 'Accepted',
      schedule: {
        evseId,
        duration: 300,
        scheduleStart,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 13.7 },
          { startPeriod: 120, limit: 9.1 },
        ],
      },
    })
    await csms.sends('GetCompositeSchedule', { evseId, duration: 300 })
    await csms.knowsOf('schedules', {
      evseId,
      schedule: {
        chargingRateUnit: 'A',
        chargingSchedulePeriod: including(
          { startPeriod: 0, limit: 13.7 },
          { startPeriod: 120, limit: 9.1 },
        ),
      },
    })
  }

export const schedules: readonly CsmsCase[] = [
  csmsCase('TC_K_43_CSMS', worksOut(1)),
  csmsCase('TC_K_44_CSMS', worksOut(0)),

  csmsCase('TC_K_48_CSMS', async ({ station, csms }) => {
    await station.boots()
    await station.sends('NotifyChargingLimit', { evseId: 1, chargingLimit: outside })
    await csms.knowsOf('chargingLimits', { evseId: 1, source: 'SO' })
  }),

  csmsCase('TC_K_50_CSMS', async ({ station, csms }) => {
    await station.boots()
    await station.sends('NotifyChargingLimit', { evseId: 1, chargingLimit: outside })
    await csms.knowsOf('chargingLimits', { evseId: 1, source: 'SO' })
    await station.sends('ClearedChargingLimit', { evseId: 1, chargingLimitSource: 'SO' })
    await csms.knows('chargingLimits', without({ source: 'SO' }), 'the limit is gone')
  }),

  csmsCase('TC_K_51_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await station.sends('NotifyChargingLimit', { evseId: 1, chargingLimit: outside })
    await charge.updated('ChargingRateChanged', { info: { chargingState: 'Charging' } })
    await csms.knowsOf('chargingLimits', { evseId: 1, source: 'SO' })
    await station.sends('ClearedChargingLimit', { evseId: 1, chargingLimitSource: 'SO' })
    await charge.updated('ChargingRateChanged', { info: { chargingState: 'Charging' } })
    await csms.knows('chargingLimits', without({ source: 'SO' }), 'the limit is gone')
    await csms.knowsOf('transactions', { transactionId: charge.id, seqNos: [0, 1, 2, 3, 4] })
  }),

  csmsCase('TC_K_52_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('GetChargingProfiles', { status: 'Accepted' })
    const chargingProfilePurpose = 'ChargingStationExternalConstraints'
    const requestId = 352
    const chargingProfile = { chargingProfilePurpose } as const
    await csms.sends('GetChargingProfiles', { requestId, evseId: 0, chargingProfile })
    const reported = profiles.station(352, { chargingProfilePurpose })
    await station.sends('ReportChargingProfiles', {
      requestId,
      chargingLimitSource: 'SO',
      evseId: 0,
      chargingProfile: [reported],
    })
    await csms.knowsOf('profiles', {
      chargingProfile: { id: 352, chargingProfilePurpose },
      source: 'SO',
    })
  }),
]

const outside = { chargingLimitSource: 'SO', isGridCritical: true } as const
