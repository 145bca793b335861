import type { Response } from '@interlock/ocpp'
import { present } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { connectorIs, started } from '../../station/restart.ts'
import { named, reads, report, sets } from '../../station/variables.ts'
import type { VirtualCsms } from '../../station/virtual-csms.ts'

type Registration = Response<'BootNotification'>['status']

/** Seconds between heartbeats, or until the next boot (B01.FR.04, B02.FR.04). */
const interval = 60
const answersBoots = (csms: VirtualCsms, status: Registration): void =>
  csms.answers('BootNotification', () => ({
    status,
    interval,
    currentTime: new Date().toISOString(),
  }))

const offlineThreshold = named('OCPPCommCtrlr', 'OfflineThreshold')
const available = connectorIs('Available')
const requestId = 41

/** Of its own accord it has said nothing but that it is there. */
function saidNothingElse({ csms }: StationScene): void {
  csms.isNotSent('StatusNotification', 'no connector is reported before the boot is accepted')
  csms.isNotSent('SecurityEventNotification', 'nor a security event')
  csms.isNotSent('Heartbeat', 'nor a heartbeat sent')
}

export const boots: readonly StationCase[] = [
  stationCase(
    'TC_B_01_CS',
    async ({ csms, steps, passes }) => {
      const boot = await csms.boots({ reason: present }, available)
      const { chargingStation } = boot
      steps.expect('it says what it is', { model: present, vendorName: present }, chargingStation)
      await csms.isSent('SecurityEventNotification', started)
      csms.isNotSent('Heartbeat', 'no heartbeat comes before its time')
      await passes(interval + 1)
      await csms.isSent('Heartbeat')
    },
    { before: (csms) => answersBoots(csms, 'Accepted') },
  ),

  stationCase(
    'TC_B_02_CS',
    async (scene) => {
      const { csms, tokens } = scene
      await csms.isSent('BootNotification', { reason: present })
      await sets(scene, [{ ...offlineThreshold, attributeValue: '300' }], 'Accepted')
      const read = { attributeStatus: 'Accepted', attributeValue: '300' }
      await reads(scene, [offlineThreshold], [read])
      const asked = { requestId, reportBase: 'FullInventory' } as const
      await csms.sends('GetBaseReport', asked, { status: 'Accepted' })
      await report(scene, requestId)
      const start = { idToken: tokens.valid, evseId: 1, remoteStartId: 7 }
      await csms.sends('RequestStartTransaction', start, { status: 'Rejected' })
      saidNothingElse(scene)
      answersBoots(csms, 'Accepted')
      const requestedMessage = 'BootNotification'
      await csms.sends('TriggerMessage', { requestedMessage }, { status: 'Accepted' })
      await csms.boots({ reason: 'Triggered' }, available)
    },
    { before: (csms) => answersBoots(csms, 'Pending') },
  ),

  stationCase(
    'TC_B_03_CS',
    async (scene) => {
      const { csms, passes } = scene
      await csms.isSent('BootNotification')
      answersBoots(csms, 'Accepted')
      await passes(interval - 5)
      csms.isNotSent('BootNotification', 'it does not boot again before the interval is over')
      saidNothingElse(scene)
      await passes(interval)
      await csms.boots({}, available)
      await csms.isSent('SecurityEventNotification', started)
    },
    { before: (csms) => answersBoots(csms, 'Rejected') },
  ),

  stationCase(
    'TC_B_30_CS',
    async (scene) => {
      const { csms } = scene
      await csms.isSent('BootNotification')
      const asked = { requestId, reportBase: 'FullInventory' } as const
      await csms.sendsInVain('GetBaseReport', asked, 'SecurityError')
      csms.isNotSent('NotifyReport', 'and nothing is reported')
      saidNothingElse(scene)
    },
    { before: (csms) => answersBoots(csms, 'Rejected') },
  ),
]
