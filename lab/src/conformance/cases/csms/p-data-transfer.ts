import { csmsCase } from '../../csms/case.ts'
import { model } from '../../csms/virtual-station.ts'
import { oneOf } from '../../match.ts'

export const dataTransfers = [
  csmsCase('TC_P_02_CSMS', async ({ station, csms }) => {
    await station.boots()
    const refused = { status: oneOf('UnknownVendorId', 'UnknownMessageId', 'Rejected') }
    const request = { vendorId: 'org.example.nobody', messageId: 'nothing' }
    await station.sends('DataTransfer', request, refused)
    await csms.knowsOf('messages', { action: 'DataTransfer', request, response: refused })
  }),

  csmsCase('TC_P_03_CSMS', async ({ station, csms }) => {
    await station.connects()
    const customData = { vendorId: 'org.example.nobody', colour: 'green' }
    const chargingStation = { ...model, customData }
    const boot = { reason: 'PowerUp', chargingStation, customData } as const
    await station.sends('BootNotification', boot, { status: 'Accepted' })
    await station.reportsConnector('Available')
    await csms.knows('station', { connected: true, boot: { reason: 'PowerUp', ...model } })
  }),
]
