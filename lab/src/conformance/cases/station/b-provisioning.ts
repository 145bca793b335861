import { oneOf, present } from '../../match.ts'
import { stationCase } from '../../station/case.ts'

export const provisioning = [
  stationCase(
    'TC_B_01_CS',
    async ({ csms, steps, passes }) => {
      const boot = await csms.boots({ reason: present })
      const { chargingStation } = boot
      steps.expect('it says what it is', { model: present, vendorName: present }, chargingStation)
      csms.isNotSent('Heartbeat', 'no heartbeat comes before its time')
      await passes(interval + 1)
      await csms.isSent('Heartbeat')
    },
    { before: (csms) => csms.answers('BootNotification', acceptedFor(interval)) },
  ),

  stationCase('TC_B_20_CS', async ({ csms }) => {
    await csms.boots()
    await csms.sends('Reset', { type: 'OnIdle' }, { status: 'Accepted' })
    await csms.boots({ reason: oneOf('RemoteReset', 'ScheduledReset') })
  }),
]

/** Seconds between heartbeats, as the answer to a boot says (B01.FR.04). */
const interval = 60
const acceptedFor = (seconds: number) => () =>
  ({ status: 'Accepted', interval: seconds, currentTime: new Date().toISOString() }) as const
