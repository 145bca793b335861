import type { Request } from '@interlock/ocpp'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import {
  bootsAndCharges,
  connects,
  connectsAndCharges,
  departs,
  rests,
} from '../../station/charge.ts'
import { servesNobody } from '../../station/draw.ts'
import { restarts } from '../../station/restart.ts'
import { hasSaidAll, here, reports } from '../../station/states.ts'

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
    await servesNobody(scene)
    await becomes(scene, tier, 'Operative')
    await reports(scene, 'Available')
    await connectsAndCharges(scene)
  })

const isPutToUse = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await isPutOut(scene, tier)
    await becomes(scene, tier, 'Operative')
    await reports(scene, 'Available')
    await connectsAndCharges(scene)
  })

/** Asked to be what it is, it says yes and stays so. */
const staysInUse = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await becomes(scene, tier, 'Operative')
    await isNow(scene, 'Available')
    await connectsAndCharges(scene)
  })

const staysOutOfUse = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await isPutOut(scene, tier)
    await becomes(scene, tier, 'Inoperative')
    await isNow(scene, 'Unavailable')
    await servesNobody(scene)
  })

const goesOutOfUseLater = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    const charge = await bootsAndCharges(scene)
    await becomes(scene, tier, 'Inoperative', 'Scheduled')
    await hasSaidAll(scene)
    scene.csms.isNotSent('TransactionEvent', 'the transaction goes on')
    await scene.station.presents(scene.tokens.valid)
    await rests(charge)
    await scene.station.unplugs()
    await charge.ends('EVCommunicationLost')
    await reports(scene, 'Unavailable')
    await servesNobody(scene)
  })

const staysSoAfterReboot = (id: string, tier: Tier): StationCase =>
  stationCase(id, async (scene) => {
    await scene.csms.boots()
    await isPutOut(scene, tier)
    await restarts(scene, 'Unavailable')
    await servesNobody(scene)
  })

export const availability = [
  stationCase('TC_G_01_CS', async (scene) => {
    await scene.csms.boots()
    await connects(scene)
  }),
  stationCase('TC_G_02_CS', async (scene) => {
    await scene.csms.boots()
    await departs(scene, await connects(scene))
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
    await connects(scene)
    await hands.faults('ConnectorLockFailure')
    await csms.isSent('NotifyEvent', {
      eventData: [
        {
          component: { name: 'ConnectorPlugRetentionLock', evse: here },
          variable: { name: 'Problem' },
          trigger: 'Delta',
          actualValue: 'true',
        },
      ],
    })
    await hands.presents(tokens.valid)
    await hasSaidAll(scene)
    csms.isNotSent('TransactionEvent', 'nobody charges while the lock does not hold')
  }),
]
