import { connectStation, type Client, type Place } from '../bench/load/client.ts'
import { bootOf } from '../bench/load/messages.ts'
import type { LoadStation } from '../bench/load/protocol.ts'

/** One event as it goes out, and again after a crash. */
export type Event = {
  readonly transactionId: string
  readonly seqNo: number
  readonly eventType: 'Started' | 'Updated' | 'Ended'
  /** Of its register. */
  readonly wattHours: number
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * A station that charges one car after another and keeps each event until it is acknowledged, as a
 * station must (E04, E12): after a lost connection it sends the oldest again, marked offline.
 */
export type ChargingStation = {
  readonly id: string
  readonly acknowledged: readonly Event[]
  /** What has gone out, or is next to go, without an answer. */
  unacknowledged(): Event | undefined
  /** Connects, boots and sends until the connection ends. Rejects where it cannot connect. */
  serve(place: Place): Promise<void>
  /** From here on no new transaction begins, and the connection ends with the last. */
  finish(): void
  /** Everything it had to say has been acknowledged. */
  finished(): boolean
}

/** Events of one transaction. */
const eventsEach = 6

export function chargingStation(load: LoadStation, run: string): ChargingStation {
  const acknowledged: Event[] = []
  let transaction = 0
  let seqNo = 0
  let pending: Event | undefined
  let finishing = false
  let finished = false

  const next = (): Event | undefined => {
    if (seqNo === eventsEach) {
      if (finishing) return undefined
      seqNo = 0
      transaction += 1
    }
    const event = eventOf(load.id, `${run}-${transaction}`, seqNo)
    seqNo += 1
    return event
  }

  return {
    id: load.id,
    acknowledged,
    unacknowledged: () => pending,
    finish: () => void (finishing = true),
    finished: () => finished,
    async serve(place) {
      let client: Client | undefined
      let ended = (): void => {}
      const over = new Promise<void>((resolve) => (ended = resolve))
      let booted = false
      const send = (offline: boolean): void => {
        pending ??= next()
        if (pending === undefined) {
          finished = true
          client?.abort()
          return
        }
        const payload = offline ? { ...pending.payload, offline } : pending.payload
        client?.send(
          JSON.stringify([
            2,
            `${pending.transactionId}/${pending.seqNo}`,
            'TransactionEvent',
            payload,
          ]),
        )
      }
      client = await connectStation(place, load, {
        text(text) {
          const [type] = JSON.parse(text) as [number]
          if (type === 4) return client?.abort()
          if (type !== 3) return
          if (!booted) {
            booted = true
            return send(pending !== undefined)
          }
          if (pending !== undefined) acknowledged.push(pending)
          pending = undefined
          send(false)
        },
        close: () => ended(),
      })
      client.send(bootOf(load.id))
      await over
    },
  }
}

function eventOf(stationId: string, run: string, seqNo: number): Event {
  const timestamp = new Date().toISOString()
  const transactionId = `${stationId}-${run}`.slice(-36)
  const last = eventsEach - 1
  const eventType = seqNo === 0 ? 'Started' : seqNo === last ? 'Ended' : 'Updated'
  const wattHours = 1_000 * seqNo
  const value = { measurand: 'Energy.Active.Import.Register', value: wattHours }
  const payload = {
    eventType,
    timestamp,
    triggerReason: {
      Started: 'CablePluggedIn',
      Updated: 'MeterValuePeriodic',
      Ended: 'EVDeparted',
    }[eventType],
    seqNo,
    transactionInfo: { transactionId },
    evse: { id: 1, connectorId: 1 },
    meterValue: [{ timestamp, sampledValue: [value] }],
  }
  return { transactionId, seqNo, eventType, wattHours, payload }
}
