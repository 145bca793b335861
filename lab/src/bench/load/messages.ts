import type { LoadKind } from './protocol.ts'

/** The calls of one simulated station, one after another, each as the text of a frame. */
export type Calls = (send: LoadKind) => string

/** A station in the middle of a charge that reports its meter in every event. */
export function callsOf(stationId: string, run: string): Calls {
  let number = 0
  let events = 0
  return (send) => {
    const id = `${++number}`
    if (send === 'Heartbeat') return `[2,"${id}","Heartbeat",{}]`
    const timestamp = new Date().toISOString()
    if (send === 'StatusNotification') {
      const connectorStatus = number % 2 === 0 ? 'Occupied' : 'Available'
      const connector = { timestamp, connectorStatus, evseId: 1, connectorId: 1 }
      return JSON.stringify([2, id, send, connector])
    }
    const meterValue = [meterValueAt(timestamp, 1_000_000 + number)]
    if (send === 'MeterValues') return JSON.stringify([2, id, send, { evseId: 1, meterValue }])
    const seqNo = events++
    const payload = {
      eventType: seqNo === 0 ? 'Started' : 'Updated',
      timestamp,
      triggerReason: seqNo === 0 ? 'CablePluggedIn' : 'MeterValuePeriodic',
      seqNo,
      transactionInfo: { transactionId: `${run}-${stationId}`, chargingState: 'Charging' },
      evse: { id: 1, connectorId: 1 },
      meterValue,
    }
    return JSON.stringify([2, id, send, payload])
  }
}

const meterValueAt = (timestamp: string, wattHours: number) => ({
  timestamp,
  sampledValue: [
    { measurand: 'Power.Active.Import', value: 7_360 },
    { measurand: 'Energy.Active.Import.Register', value: wattHours },
    { measurand: 'Frequency', value: 49.98 },
  ],
})

/** What a station says first on every connection; its serial number is as its certificate has it. */
export const bootOf = (serialNumber: string): string =>
  JSON.stringify([
    2,
    `boot-${Math.random().toString(36).slice(2)}`,
    'BootNotification',
    {
      reason: 'PowerUp',
      chargingStation: {
        model: 'Load',
        vendorName: 'Interlock',
        serialNumber,
      },
    },
  ])
