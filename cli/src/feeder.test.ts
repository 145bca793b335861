import type { FeederSumsShown } from '@interlock/contract'
import { problem } from '@interlock/host'
import { expect, test } from 'vitest'
import { served } from './served.fixture.ts'

const sums: FeederSumsShown = {
  group: 'f1',
  status: {
    phase: 'over',
    answered: 16,
    members: 17,
    roster: 3,
    round: 9,
    problem: { reason: 'UnmaskingMissing', words: 'some chargers did not unmask', detail: null },
    excluded: ['02-00-00-00-00-00-00-09'],
  },
  rounds: [],
  powers: [
    { at: '2026-01-05T18:01:00.000Z', watts: 9_000, stations: 17 },
    { at: '2026-01-05T18:02:00.000Z', watts: -1_200, stations: 10 },
  ],
  energies: [{ from: '2026-01-05T17:30:00.000Z', wattHours: 4_500, stations: 17 }],
}

test('a feeder’s load of now and of its half-hours is told, and in words why there is no sum (PF15)', async () => {
  const run = await served('dso', 'dso', [
    {
      method: 'GET',
      url: '/api/v1/feeders/:group/sums',
      roles: ['dso'],
      handle: ({ params }) =>
        params['group'] === 'f1'
          ? { status: 200, body: sums }
          : problem('NotFound', 'no such feeder'),
    },
  ])
  expect(await run('feeder', 'show', 'f1')).toEqual({
    code: 0,
    lines: [
      'f1: 1200 W fed in by 10 chargers at 2026-01-05T18:02:00.000Z',
      '17 chargers are summed',
      'no sum at present: some chargers did not unmask [UnmaskingMissing]',
      '02-00-00-00-00-00-00-09 masked wrongly, and is left out until it has another key',
      '2026-01-05T17:30:00.000Z  4500 Wh  17 chargers',
    ],
  })
  const { code, lines } = await run('feeder', 'show', 'f2')
  expect(code).toBe(1)
  expect(lines.join()).toContain('no such feeder')
  expect((await run('feeder', 'show')).code).toBe(2)
})
