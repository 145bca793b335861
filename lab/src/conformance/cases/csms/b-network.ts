import type { Request } from '@interlock/ocpp'
import { csmsCase } from '../../csms/case.ts'

type Connection = Request<'SetNetworkProfile'>['connectionData']

export const connection = (securityProfile: 1 | 2 | 3, ocppCsmsUrl: string): Connection => ({
  ocppVersion: 'OCPP20',
  ocppTransport: 'JSON',
  ocppCsmsUrl,
  messageTimeout: 30,
  securityProfile,
  ocppInterface: 'Wired0',
})

/** Where a CSMS of which no address for security profile 3 is known might be. */
export const elsewhere = 'wss://csms.example/ocpp'

export const networkProfiles = [
  csmsCase('TC_B_42_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('SetNetworkProfile', { status: 'Accepted' })
    const connectionData = connection(3, station.lease.addresses[3] ?? elsewhere)
    await csms.sends('SetNetworkProfile', { configurationSlot: 2, connectionData })
    await csms.knowsOf('networkProfiles', {
      configurationSlot: 2,
      status: 'Accepted',
      connectionData,
    })
  }),

  csmsCase('TC_B_44_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('SetNetworkProfile', { status: 'Failed' })
    const connectionData = connection(3, station.lease.addresses[3] ?? elsewhere)
    await csms.sends('SetNetworkProfile', { configurationSlot: 2, connectionData })
    await csms.knowsOf('networkProfiles', { configurationSlot: 2, status: 'Failed' })
  }),
]
