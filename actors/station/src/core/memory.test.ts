import { eui64, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { arrive } from '../hardware/vehicle.ts'
import { newMemory, recall, remember, type MemoryChange } from './memory.ts'
import { eventOf as eventFrom } from './transaction.ts'

const now = instant(Date.UTC(2026, 0, 5, 23))
const start = newMemory(now)
const plugged = {
  ...start.charger,
  vehicle: arrive({ energyWattHours: 1_000, vehicleWattsMax: 7_000 }, now),
}
const eventOf = (seqNo: number) =>
  eventFrom(
    {
      transaction: { id: 'tx', seqNo, startedAt: now },
      eventType: 'Updated',
      trigger: 'MeterValuePeriodic',
      chargingState: 'EVConnected',
      places: false,
    },
    { evse: 1, now, offline: true, meterValues: [] },
  )

test('what a journal holds is what was remembered', () => {
  const organisation = eui64('02-00-00-00-00-00-00-01')
  const counter = 18_446_744_073_709_551_615n.toString()
  const changes: MemoryChange[] = [
    { set: { charger: plugged, counters: [{ organisation, path: 'armed', counter }] } },
    {
      set: { transaction: { id: 'tx', seqNo: 1, startedAt: now } },
      queue: [eventOf(0), eventOf(1)],
    },
    { sent: 1 },
    { set: { transaction: null, ownerKeys: ['key'] }, queue: [eventOf(2)] },
  ]
  const lived = changes.reduce(remember, start)
  const kept = JSON.parse(JSON.stringify([start, ...changes])) as unknown[]
  expect(recall(kept, now)).toEqual(lived)
  expect(lived.transaction).toBeUndefined()
  expect(lived.outbox.map((event) => event.seqNo)).toEqual([1, 2])
  expect(lived.counters[0]?.counter).toBe(counter)
})

test('an empty journal is a new charger', () => {
  expect(recall([], now)).toEqual(start)
})
