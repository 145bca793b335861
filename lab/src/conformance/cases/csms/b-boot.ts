import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { model } from '../../csms/virtual-station.ts'
import { such } from '../../match.ts'

const boots = ({ station }: CsmsScene, reason: 'PowerUp' | 'Triggered', expected: object) =>
  station.sends('BootNotification', { reason, chargingStation: model }, expected)
const available = {
  connectorStatus: 'Available',
  evseId: 1,
  connectorId: 1,
  timestamp: new Date().toISOString(),
} as const
const someSeconds = such('some seconds', (interval) => Number(interval) > 0)

export const pendingBoots = [
  csmsCase('TC_B_02_CSMS', async (scene) => {
    const { station, csms } = scene
    await csms.answersBoots('Pending')
    await station.connects()
    await boots(scene, 'PowerUp', { status: 'Pending', interval: someSeconds })
    await csms.answersBoots('Accepted')
    await boots(scene, 'PowerUp', { status: 'Accepted' })
    await station.reportsConnector('Available')
    await csms.knows('station', { boot: { status: 'Accepted' } })
  }),

  csmsCase('TC_B_30_CSMS', async (scene) => {
    const { station, csms } = scene
    for (const policy of ['Pending', 'Rejected'] as const) {
      await csms.answersBoots(policy)
      await station.connects()
      await boots(scene, 'PowerUp', { status: policy })
      await station.sendsInVain('StatusNotification', available, 'SecurityError')
    }
    await csms.knows('station', { boot: { status: 'Rejected' } })
  }),

  csmsCase('TC_B_31_CSMS', async (scene) => {
    const { station, csms } = scene
    await csms.answersBoots('Pending')
    await station.connects()
    await boots(scene, 'PowerUp', { status: 'Pending' })
    await csms.answersBoots('Accepted')
    await csms.sends('TriggerMessage', { requestedMessage: 'BootNotification' })
    await boots(scene, 'Triggered', { status: 'Accepted' })
    await station.reportsConnector('Available')
    await csms.knows('station', { boot: { reason: 'Triggered', status: 'Accepted' } })
  }),
]
