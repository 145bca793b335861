import { instant, stationId, toIso } from '@interlock/kernel'
import type { MeterValueType } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { started } from '../fixture/station.fixture.ts'
import { evening, vehicle } from '../oscp/street.fixture.ts'
import { meterValues } from './meter-values.ts'
import { transactionEvent } from './transaction-event.ts'

const station = stationId('CS-1')

/** Handlers with nothing behind them, and what is passed on of readings. */
function handlers() {
  const metered: [string, number, readonly MeterValueType[]][] = []
  const context = {
    deps: { clock: { now: () => evening } },
    views: new Map([[station, vehicle(1, { evses: [1, 2] })]]),
    storing: (_: unknown, work: () => unknown) => work(),
    known: { put: () => Promise.resolve() },
    transactions: { add: () => Promise.resolve({ as: 'kept', over: false }) },
    costs: {},
    hooks: {
      replan: () => {},
      forward: () => {},
      transactionTold: () => {},
      metered: (...reading: (typeof metered)[number]) => void metered.push(reading),
    },
  }
  const sender = { stationId: station }
  return {
    metered,
    values: meterValues(context as never, sender as never),
    event: transactionEvent(context as never, sender as never),
  }
}

test('every reading of a station is passed on by its EVSE, in a transaction and outside of one', async () => {
  const { metered, values, event } = handlers()
  const meterValue: [MeterValueType] = [
    { timestamp: toIso(evening), sampledValue: [{ value: 1_000 }] },
  ]
  await values({ evseId: 2, meterValue }, {} as never)
  const clock = { now: () => instant(evening) }
  const begun = { ...started(clock, 'T-9', 1_500), idToken: undefined }
  await event({ ...begun, evse: { id: 2 } } as never, {} as never)
  // Later events of it do not name the EVSE again.
  const { evse: _, ...next } = { ...started(clock, 'T-9', 1_600, 1), idToken: undefined }
  await event(next as never, {} as never)
  expect(metered).toEqual([
    [station, 2, meterValue],
    [station, 2, begun.meterValue],
    [station, 2, next.meterValue],
  ])
})
