import { expect, test } from 'vitest'
import type { Event } from './charging-station.ts'
import { misjudged, type Shown } from './shown-transactions.ts'

const event = (seqNo: number, eventType: Event['eventType']): Event => ({
  transactionId: 'T',
  seqNo,
  eventType,
  wattHours: 1_000 * seqNo,
  payload: {},
})
const [begun, goesOn, ends] = [event(0, 'Started'), event(1, 'Updated'), event(2, 'Ended')]
const saying = (state: 'active' | 'ended', lastWattHours: number): Shown => ({
  station: { transactionId: state === 'active' ? 'T' : null, energyWattHours: lastWattHours },
  transactions: [{ transactionId: 'T', state, firstWattHours: 0, lastWattHours }],
})
const nothing: Shown = { station: { transactionId: null, energyWattHours: null }, transactions: [] }
const forgotten = { ...saying('active', 1_000), station: nothing.station }

test.each<[string, Shown, readonly Event[], Event | undefined, number]>([
  ['as it stands', saying('active', 1_000), [begun, goesOn], undefined, 0],
  ['ended', saying('ended', 2_000), [begun, goesOn, ends], undefined, 0],
  ['with what was not answered', saying('ended', 2_000), [begun, goesOn], ends, 0],
  ['without what was not answered', saying('active', 1_000), [begun, goesOn], ends, 0],
  ['not at all', nothing, [begun], undefined, 1],
  ['running after its end', saying('active', 2_000), [begun, goesOn, ends], undefined, 1],
  ['ended before its end', saying('ended', 1_000), [begun, goesOn], undefined, 1],
  ['with too little energy', saying('ended', 1_000), [begun, goesOn, ends], undefined, 1],
  ['although it never was', saying('active', 1_000), [], undefined, 1],
  ['in the list alone', forgotten, [begun, goesOn], undefined, 1],
])('a transaction is shown %s', (_, shown, acknowledged, waiting, wrong) => {
  const sender = { id: 'A', acknowledged, unacknowledged: () => waiting }
  expect(misjudged(new Map([['A', shown]]), [sender])).toBe(wrong)
})
