import { expect, test } from 'vitest'
import { openDataOf } from './feeder-source.ts'

const row = (from: string, stations: number) => ({
  place: 'GB-EAST',
  from,
  until: from,
  stations,
  wattHours: 10_000,
})
const page = { publisher: 'one', unit: 'Wh', stepWattHours: 10_000, next: null } as const

test('open data of fewer homes than its publisher says, or than may be told of, is not passed on (PF18)', () => {
  const items = [row('2026-01-01', 20), row('2026-01-02', 10), row('2026-01-03', 9)]
  expect(openDataOf({ ...page, groupMin: 20, items })).toMatchObject({
    groupMin: 20,
    rows: [{ stations: 20 }],
    below: 2,
  })
  const greedy = openDataOf({ ...page, groupMin: 1, items })
  expect(greedy.groupMin).toBe(10)
  expect(greedy.rows.map(({ from }) => from)).toEqual(['2026-01-02', '2026-01-01'])
})
