import { absent } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { connectsAndCharges, departs, rests } from '../../station/charge.ts'
import { servesNobody } from '../../station/draw.ts'
import { connectorIs, restarts, started } from '../../station/restart.ts'
import { hasSaidAll, here, reports } from '../../station/states.ts'
import { reads } from '../../station/variables.ts'

const ended = {
  info: { chargingState: 'EVConnected', stoppedReason: 'ImmediateReset' },
  idToken: absent,
}

/** It can restart what stands behind one EVSE, and says so. */
const canResetEvse = (scene: StationScene): Promise<unknown> =>
  reads(
    scene,
    [{ component: { name: 'EVSE', evse: { id: here.id } }, variable: { name: 'AllowReset' } }],
    [{ attributeStatus: 'Accepted', attributeValue: 'true' }],
  )

/** An EVSE restarts, and says what its connector is; the station goes on (B11.FR.08). */
async function evseRestarts(
  scene: StationScene,
  status: 'Available' | 'Occupied' = 'Available',
): Promise<void> {
  await reports(scene, status)
  await hasSaidAll(scene)
  scene.csms.isNotSent('BootNotification', 'the station itself does not restart')
  scene.steps.expect('it stays connected', 1, scene.csms.connections)
}

export const resets: readonly StationCase[] = [
  stationCase('TC_B_20_CS', async (scene) => {
    await scene.csms.boots()
    await scene.csms.isSent('SecurityEventNotification', started)
    await restarts(scene)
  }),

  stationCase('TC_B_21_CS', async (scene) => {
    const { csms, station, tokens } = scene
    await csms.boots()
    await csms.isSent('SecurityEventNotification', started)
    const charge = await connectsAndCharges(scene)
    await csms.sends('Reset', { type: 'OnIdle' }, { status: 'Scheduled' })
    await hasSaidAll(scene)
    csms.isNotSent('BootNotification', 'it waits for the transaction')
    await station.presents(tokens.valid)
    await rests(charge)
    await departs(scene, charge)
    await csms.boots({ reason: 'ScheduledReset' }, connectorIs('Available'))
    await csms.isSent('SecurityEventNotification', started)
  }),

  stationCase('TC_B_22_CS', async (scene) => {
    const { csms } = scene
    await csms.boots()
    const charge = await connectsAndCharges(scene)
    await csms.sends('Reset', { type: 'Immediate' }, { status: 'Accepted' })
    await charge.ends('ResetCommand', ended)
    await csms.boots({ reason: 'RemoteReset' }, connectorIs('Occupied'))
  }),

  stationCase('TC_B_23_CS', async (scene) => {
    const { csms } = scene
    await csms.boots()
    await csms.isSent('SecurityEventNotification', started)
    const inoperative = { operationalStatus: 'Inoperative', evse: here } as const
    await csms.sends('ChangeAvailability', inoperative, { status: 'Accepted' })
    await reports(scene, 'Unavailable')
    await restarts(scene, 'Unavailable')
    await servesNobody(scene)
  }),

  stationCase('TC_B_25_CS', async (scene) => {
    const { csms } = scene
    await csms.boots()
    await canResetEvse(scene)
    await csms.sends('Reset', { type: 'OnIdle', evseId: here.id }, { status: 'Accepted' })
    await evseRestarts(scene)
  }),

  stationCase('TC_B_26_CS', async (scene) => {
    const { csms, station, tokens } = scene
    await csms.boots()
    await canResetEvse(scene)
    const charge = await connectsAndCharges(scene)
    await csms.sends('Reset', { type: 'OnIdle', evseId: here.id }, { status: 'Scheduled' })
    await station.presents(tokens.valid)
    await rests(charge)
    await departs(scene, charge)
    await evseRestarts(scene)
  }),

  stationCase('TC_B_27_CS', async (scene) => {
    const { csms } = scene
    await csms.boots()
    await canResetEvse(scene)
    const charge = await connectsAndCharges(scene)
    await csms.sends('Reset', { type: 'Immediate', evseId: here.id }, { status: 'Accepted' })
    await charge.ends('ResetCommand', ended)
    await evseRestarts(scene, 'Occupied')
  }),
]
