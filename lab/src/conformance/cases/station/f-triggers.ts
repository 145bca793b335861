import type { Request } from '@interlock/ocpp'
import { ifAny, including, present } from '../../match.ts'
import { stationCase, type StationScene } from '../../station/case.ts'
import { bootsAndCharges, connects } from '../../station/charge.ts'
import { isToldToUpdate, prepares, progresses } from '../../station/firmware.ts'
import { hasSaidAll, here, reports } from '../../station/states.ts'

type Message = Request<'TriggerMessage'>['requestedMessage']

/** The CSMS calls for a message, of one EVSE or of the station. */
const isAskedFor = (
  { csms }: StationScene,
  requestedMessage: Message,
  more: { readonly status?: string; readonly evse?: Request<'TriggerMessage'>['evse'] } = {},
) => {
  const { status = 'Accepted', evse } = more
  const of = evse === undefined ? {} : { evse }
  return csms.sends('TriggerMessage', { requestedMessage, ...of }, { status })
}
const oneEvse = { evse: { id: here.id } }

const reading = {
  timestamp: present,
  sampledValue: including({ context: 'Trigger', value: present }),
}
const readings = { evseId: here.id, meterValue: including(reading) }

/** The event that tells what is going on now. */
const current = (evse: unknown) => ({
  evse,
  info: { chargingState: 'Charging' },
  meterValue: including(reading),
})

export const triggers = [
  stationCase('TC_F_11_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'MeterValues', oneEvse)
    await scene.csms.isSent('MeterValues', readings)
  }),

  stationCase('TC_F_12_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'MeterValues')
    await scene.csms.isSent('MeterValues', readings)
  }),

  stationCase('TC_F_13_CS', async (scene) => {
    const charge = await bootsAndCharges(scene)
    await isAskedFor(scene, 'TransactionEvent', oneEvse)
    await charge.goesOn('Trigger', current(ifAny({ id: here.id })))
  }),

  stationCase('TC_F_14_CS', async (scene) => {
    const charge = await bootsAndCharges(scene)
    await isAskedFor(scene, 'TransactionEvent')
    await charge.goesOn('Trigger', current({ id: here.id }))
  }),

  stationCase('TC_F_15_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'LogStatusNotification')
    await scene.csms.isSent('LogStatusNotification', { status: 'Idle' })
  }),

  stationCase('TC_F_19_CS', async (scene) => {
    const prepared = await prepares(scene)
    prepared.files.holds(true)
    await isToldToUpdate(scene, prepared)
    await progresses(scene, ['Downloading'])
    await isAskedFor(scene, 'FirmwareStatusNotification')
    await progresses(scene, ['Downloading'])
  }),

  stationCase('TC_F_17_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'FirmwareStatusNotification', oneEvse)
    await scene.csms.isSent('FirmwareStatusNotification', { status: 'Idle' })
  }),

  stationCase('TC_F_18_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'FirmwareStatusNotification')
    await scene.csms.isSent('FirmwareStatusNotification', { status: 'Idle' })
  }),

  stationCase('TC_F_20_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'Heartbeat')
    await scene.csms.isSent('Heartbeat')
  }),

  stationCase('TC_F_23_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'StatusNotification', { evse: here })
    await reports(scene, 'Available')
  }),

  stationCase('TC_F_24_CS', async (scene) => {
    await scene.csms.boots()
    await connects(scene)
    await isAskedFor(scene, 'StatusNotification', { evse: here })
    await reports(scene, 'Occupied')
  }),

  stationCase('TC_F_26_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'BootNotification', { status: 'Rejected' })
    await hasSaidAll(scene)
    scene.csms.isNotSent('BootNotification', 'it does not boot again')
  }),

  stationCase('TC_F_27_CS', async (scene) => {
    await scene.csms.boots()
    await isAskedFor(scene, 'SignCombinedCertificate', { status: 'NotImplemented' })
  }),
]
