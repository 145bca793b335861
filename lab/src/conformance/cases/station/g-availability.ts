import type { Request } from '@interlock/ocpp'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import {
  bootsAndCharges,
  hasSaidAll,
  here,
  inState,
  isCharging,
  isPluggedIn,
  reports,
  tells,
} from '../../station/states.ts'

type Status = Request<'ChangeAvailability'>['operationalStatus']
/** What is meant: the station, an EVSE of it, or a connector. */
type Tier = Request<'ChangeAvailability'>['evse']

const station: Tier = undefined
const evse: Tier = { id: here.id }
const connector: Tier = here

const becomes = (
  { csms }: StationScene,
  tier: Tier,
  operationalStatus: Status,
  status = 'Accepted',
) => {
  const at = tier === undefined ? {} : { evse: tier }
  return csms.sends('ChangeAvailability', { operationalStatus, ...at }, { status })
}

const isPutOut = async (scene: StationScene, tier: Tier): Promise<void> => {
  await becomes(scene, tier, 'Inoperative')
  await reports(scene, 'Unavailable')
}

/** What the connector is now, asked of the station. */
async function isNow(scene: StationScene, status: 'Available' | 'Unavailable'): Promise<void> {
  const requestedMessage = 'StatusNotification'
  await scene.csms.sends('TriggerMessage', { requestedMessage, evse: here }, { status: 'Accepted' })
  await reports(scene, status)
}

const isPutOutOfUse = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await isPutOut(scene, tier)
    // It serves nobody.
    await scene.station.presents(scene.tokens.valid)
    await hasSaidAll(scene)
    scene.csms.isNotSent('TransactionEvent', 'no transaction begins')
  })

const isPutToUse = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await isPutOut(scene, tier)
    await becomes(scene, tier, 'Operative')
    await reports(scene, 'Available')
    await isCharging(scene)
  })

/** Asked to be what it is, it says yes and stays so. */
const staysInUse = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await becomes(scene, tier, 'Operative')
    await isNow(scene, 'Available')
    await isCharging(scene)
  })

const staysOutOfUse = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await isPutOut(scene, tier)
    await becomes(scene, tier, 'Inoperative')
    await isNow(scene, 'Unavailable')
  })

const goesOutOfUseLater = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    const transactionId = await bootsAndCharges(scene)
    await becomes(scene, tier, 'Inoperative', 'Scheduled')
    await hasSaidAll(scene)
    scene.csms.isNotSent('TransactionEvent', 'the transaction goes on')
    await scene.station.presents(scene.tokens.valid)
    await tells(scene, 'StopAuthorized', { transactionInfo: { transactionId } })
    await tells(scene, 'ChargingStateChanged', inState('EVConnected'))
    await scene.station.unplugs()
    await scene.csms.isSent('TransactionEvent', { eventType: 'Ended' })
    await reports(scene, 'Unavailable')
  })

const staysSoAfterReboot = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    const { csms } = scene
    await csms.boots()
    await isPutOut(scene, tier)
    await csms.sends('Reset', { type: 'Immediate' }, { status: 'Accepted' })
    await csms.isSent('BootNotification', { reason: 'RemoteReset' })
    await reports(scene, 'Unavailable')
    await csms.isSent('SecurityEventNotification', { type: 'ResetOrReboot' })
  })

export const availability = [
  stationCase('TC_G_01_CS', async (scene) => {
    await scene.csms.boots()
    await isPluggedIn(scene)
  }),
  stationCase('TC_G_02_CS', async (scene) => {
    await scene.csms.boots()
    await isPluggedIn(scene)
    await scene.station.unplugs()
    await reports(scene, 'Available')
  }),
  isPutOutOfUse('TC_G_03_CS', evse),
  isPutOutOfUse('TC_G_05_CS', station),
  isPutOutOfUse('TC_G_07_CS', connector),
  isPutToUse('TC_G_04_CS', evse),
  isPutToUse('TC_G_06_CS', station),
  isPutToUse('TC_G_08_CS', connector),
  staysInUse('TC_G_09_CS', evse),
  staysInUse('TC_G_12_CS', station),
  staysInUse('TC_G_15_CS', connector),
  staysOutOfUse('TC_G_10_CS', evse),
  staysOutOfUse('TC_G_13_CS', station),
  staysOutOfUse('TC_G_16_CS', connector),
  goesOutOfUseLater('TC_G_11_CS', evse),
  goesOutOfUseLater('TC_G_14_CS', station),
  goesOutOfUseLater('TC_G_17_CS', connector),
  staysSoAfterReboot('TC_G_18_CS', evse),
  staysSoAfterReboot('TC_G_19_CS', connector),
  staysSoAfterReboot('TC_G_21_CS', station),

  stationCase('TC_G_20_CS', async (scene) => {
    const { csms, station: hands, tokens } = scene
    await csms.boots()
    await isPluggedIn(scene)
    await hands.faults('ConnectorLockFailure')
    await csms.isSent('NotifyEvent', {
      eventData: [
        {
          component: { name: 'ConnectorPlugRetentionLock', evse: here },
          variable: { name: 'Problem' },
          actualValue: 'true',
        },
      ],
    })
    await hands.presents(tokens.valid)
    await hasSaidAll(scene)
    csms.isNotSent('TransactionEvent', 'nobody charges while the lock does not hold')
  }),
]
