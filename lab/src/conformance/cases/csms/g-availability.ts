import type { Request } from '@interlock/ocpp'
import { csmsCase, type CsmsCase, type CsmsScene } from '../../csms/case.ts'

type Evse = Request<'ChangeAvailability'>['evse']
type Status = Request<'ChangeAvailability'>['operationalStatus']

/** What is put in or out of use, by case. */
const idle: Readonly<Record<string, readonly [Evse, Status]>> = {
  TC_G_03_CSMS: [{ id: 1 }, 'Inoperative'],
  TC_G_04_CSMS: [{ id: 1 }, 'Operative'],
  TC_G_05_CSMS: [undefined, 'Inoperative'],
  TC_G_06_CSMS: [undefined, 'Operative'],
  TC_G_07_CSMS: [{ id: 1, connectorId: 1 }, 'Inoperative'],
  TC_G_08_CSMS: [{ id: 1, connectorId: 1 }, 'Operative'],
}
const charging: Readonly<Record<string, Evse>> = {
  TC_G_11_CSMS: { id: 1 },
  TC_G_14_CSMS: undefined,
  TC_G_17_CSMS: { id: 1, connectorId: 1 },
}

const changes = ({ csms }: CsmsScene, operationalStatus: Status, evse: Evse) =>
  csms.sends('ChangeAvailability', { operationalStatus, ...(evse === undefined ? {} : { evse }) })

const knows = ({ csms }: CsmsScene, status: string) =>
  csms.knowsOf('evses', { evseId: 1, connectorId: 1, status })

export const availability: readonly CsmsCase[] = [
  ...Object.entries(idle).map(([id, [evse, wanted]]) =>
    csmsCase(id, async (scene) => {
      const { station } = scene
      await station.boots()
      if (wanted === 'Operative') {
        await station.reportsConnector('Unavailable')
        await knows(scene, 'Unavailable')
      }
      station.answers('ChangeAvailability', { status: 'Accepted' })
      await changes(scene, wanted, evse)
      await station.reportsConnector(wanted === 'Operative' ? 'Available' : 'Unavailable')
      await knows(scene, wanted === 'Operative' ? 'Available' : 'Unavailable')
    }),
  ),

  ...Object.entries(charging).map(([id, evse]) =>
    csmsCase(id, async (scene) => {
      const { station, csms, tokens } = scene
      await station.boots()
      const charge = await station.isCharging(tokens.valid)
      station.answers('ChangeAvailability', { status: 'Scheduled' })
      await changes(scene, 'Inoperative', evse)
      await knows(scene, 'Occupied')
      await charge.ended('EVDeparted', { info: { stoppedReason: 'EVDisconnected' } })
      await station.reportsConnector('Unavailable')
      await knows(scene, 'Unavailable')
      await csms.knowsOf('transactions', { transactionId: charge.id, state: 'ended' })
    }),
  ),

  csmsCase('TC_G_20_CSMS', async ({ station, csms }) => {
    await station.boots()
    await station.sends('NotifyEvent', {
      generatedAt: new Date().toISOString(),
      seqNo: 0,
      eventData: [
        {
          eventId: 1,
          timestamp: new Date().toISOString(),
          trigger: 'Alerting',
          actualValue: 'true',
          eventNotificationType: 'HardWiredNotification',
          component: { name: 'ConnectorPlugRetentionLock', evse: { id: 1, connectorId: 1 } },
          variable: { name: 'Problem' },
        },
      ],
    })
    await csms.knowsOf('variables', {
      component: { name: 'ConnectorPlugRetentionLock' },
      variable: { name: 'Problem' },
      value: 'true',
    })
  }),
]
