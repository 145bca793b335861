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
    const seqNo = events++
    const timestamp = new Date().toISOString()
    const payload = {
      eventType: seqNo === 0 ? 'Started' : 'Updated',
      timestamp,
      triggerReason: seqNo === 0 ? 'CablePluggedIn' : 'MeterValuePeriodic',
      seqNo,
      transactionInfo: { transactionId: `${run}-${stationId}`, chargingState: 'Charging' },
      evse: { id: 1, connectorId: 1 },
      meterValue: [
        {
          timestamp,
          sampledValue: [
            { measurand: 'Power.Active.Import', value: 7_360 },
            { measurand: 'Energy.Active.Import.Register', value: 1_000_000 + seqNo },
            { measurand: 'Frequency', value: 49.98 },
          ],
        },
      ],
    }
    return JSON.stringify([2, id, 'TransactionEvent', payload])
  }
}

/** What a station says first on every connection. */
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
        serialNumber: serialNumber.slice(-25),
      },
    },
  ])
