import { CallError } from '@interlock/ocpp'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { listed, profiles, schedule, withId, type Profile } from '../../csms/profiles.ts'
import { without } from '../../match.ts'

/** Sent, taken by the station, and known as installed. */
async function installs({ csms }: CsmsScene, evseId: number, chargingProfile: Profile) {
  await csms.sends('SetChargingProfile', { evseId, chargingProfile })
  await csms.knowsOf('profiles', listed(evseId, chargingProfile))
}

export const setProfiles = [
  csmsCase('TC_K_01_CSMS', async (scene) => {
    await scene.station.boots()
    await installs(scene, 1, profiles.default(101))
  }),

  csmsCase('TC_K_02_CSMS', async ({ station, csms }) => {
    await station.boots()
    const chargingProfile = profiles.transaction(102, 'no-such-transaction')
    await csms.refuses('a profile for no transaction does not leave', 'SetChargingProfile', {
      evseId: 1,
      chargingProfile,
    })
    await csms.knows('profiles', without(withId(102)))
  }),

  csmsCase('TC_K_03_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await installs(scene, 0, profiles.station(103))
    // K01.FR.38: such a profile is of the whole station.
    await csms.refuses('a profile of the station is not for one EVSE', 'SetChargingProfile', {
      evseId: 1,
      chargingProfile: profiles.station(1_103, { stackLevel: 1 }),
    })
  }),

  csmsCase('TC_K_04_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await installs(scene, 1, profiles.default(104))
    await installs(scene, 1, profiles.default(104, { stackLevel: 1 }))
    const old = { chargingProfile: { id: 104, stackLevel: 0 } }
    await csms.knows('profiles', without(old), 'the CSMS knows that the old one is gone')
  }),

  csmsCase('TC_K_10_CSMS', async (scene) => {
    await scene.station.boots()
    await installs(scene, 0, profiles.default(110))
  }),

  csmsCase('TC_K_15_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('SetChargingProfile', new CallError('NotSupported'))
    const payload = { evseId: 1, chargingProfile: profiles.default(115) }
    await csms.sendsInVain('SetChargingProfile', payload, 'NotSupported')
    await csms.knows('profiles', without(withId(115)))
    await csms.knowsOf('messages', {
      action: 'SetChargingProfile',
      error: { code: 'NotSupported' },
    })
    await csms.knows('station', {
      refused: { action: 'SetChargingProfile', reason: 'NotSupported' },
    })
  }),

  csmsCase('TC_K_19_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await installs(scene, 1, profiles.daily(119))
    await csms.knowsOf('profiles', { chargingProfile: { recurrencyKind: 'Daily' } })
  }),

  csmsCase('TC_K_37_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const { transactionId: _of, ...chargingProfile } = profiles.transaction(137, '', {
      chargingProfileKind: 'Relative',
      chargingSchedule: [schedule(137, 8)],
    })
    const start = { evseId: 1, remoteStartId: 37, idToken: tokens.valid }
    await csms.refuses('only a profile of the transaction comes with a start', ...remoteStart, {
      ...start,
      chargingProfile: profiles.default(1_137),
    })
    await csms.sends(...remoteStart, { ...start, chargingProfile })
    const charge = station.transaction()
    const accepted = { idTokenInfo: { status: 'Accepted' } }
    const info = { remoteStartId: 37, chargingState: 'Charging' } as const
    await charge.started('RemoteStart', { idToken: tokens.valid, info }, accepted)
    await csms.knowsOf('transactions', { transactionId: charge.id, remoteStartId: 37 })
    await csms.knowsOf('profiles', listed(1, { ...chargingProfile }))
  }),

  csmsCase('TC_K_60_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await installs(scene, 1, profiles.transaction(160, charge.id))
    // K01.FR.03: a profile of a transaction names one, and a running one.
    await csms.refuses('a profile for another transaction does not leave', 'SetChargingProfile', {
      evseId: 1,
      chargingProfile: profiles.transaction(1_160, 'no-such-transaction'),
    })
    await charge.ended('EVDeparted', { info: { stoppedReason: 'EVDisconnected' } })
    await csms.knows('profiles', without(withId(160)), 'it ends with it')
  }),

  csmsCase('TC_K_70_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await installs(scene, 1, profiles.default(170))
    await installs(scene, 1, profiles.default(171, { stackLevel: 1 }))
    await csms.knowsOf('profiles', listed(1, profiles.default(170)))
  }),
]

const remoteStart = ['RequestStartTransaction'] as const
