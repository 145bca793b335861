import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { DayAheadPlan, Reservation } from './ledger.ts'

const edge = { from: 0, until: 1, swingWatts: 7_400 }
const reservation = {
  id: 'reservation-1',
  organisation: 'A0-00-00-00-00-00-00-01',
  region: 'north',
  kind: 'command',
  edges: [edge],
}
const plan = {
  organisation: 'A0-00-00-00-00-00-00-01',
  region: 'north',
  windows: [{ from: 0, swingWatts: 1 }],
}

test('a reservation and a plan of the agreed shape are read', () => {
  expect(Value.Check(Reservation, reservation)).toBe(true)
  expect(Value.Check(DayAheadPlan, plan)).toBe(true)
  expect(Value.Check(DayAheadPlan, { ...plan, windows: [] })).toBe(true)
})

test.each<[string, TSchema, object]>([
  ['a short id', Reservation, { ...reservation, id: 'short' }],
  ['an id with a space', Reservation, { ...reservation, id: 'reservation 1' }],
  ['an organisation in small letters', Reservation, { ...reservation, organisation: 'a0' }],
  ['an unknown kind', Reservation, { ...reservation, kind: 'other' }],
  ['no edge', Reservation, { ...reservation, edges: [] }],
  [
    'too many edges',
    Reservation,
    { ...reservation, edges: Array.from({ length: 201 }, () => edge) },
  ],
  ['a negative swing', Reservation, { ...reservation, edges: [{ ...edge, swingWatts: -1 }] }],
  ['half a watt', Reservation, { ...reservation, edges: [{ ...edge, swingWatts: 0.5 }] }],
  ['a stray member', Reservation, { ...reservation, priority: 1 }],
  ['a stray member of an edge', Reservation, { ...reservation, edges: [{ ...edge, note: '' }] }],
  [
    'too many windows',
    DayAheadPlan,
    { ...plan, windows: Array.from({ length: 193 }, () => plan.windows[0]) },
  ],
  ['a negative window', DayAheadPlan, { ...plan, windows: [{ from: -1, swingWatts: 1 }] }],
])('what has %s is not', (_what, schema, value) => {
  expect(Value.Check(schema, value)).toBe(false)
})
