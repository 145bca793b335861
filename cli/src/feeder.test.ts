import type { FeederDayShown, FeedersShown, FeederSumsShown } from '@interlock/contract'
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
  rounds: [
    {
      at: '2026-01-05T18:02:00.000Z',
      stations: 0,
      missing: ['02-00-00-00-00-00-00-07'],
      problem: { reason: 'GroupTooSmall', words: 'too few', detail: null },
    },
  ],
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
      '1 of the latest 1 rounds have no sum',
      '02-00-00-00-00-00-00-07 sent no reading in the latest round',
      '02-00-00-00-00-00-00-09 masked wrongly, and is left out until it has another key',
      '2026-01-05T17:30:00.000Z  4500 Wh  17 chargers',
    ],
  })
  const { code, lines } = await run('feeder', 'show', 'f2')
  expect(code).toBe(1)
  expect(lines.join()).toContain('no such feeder')
  expect((await run('feeder', 'show')).code).toBe(2)
})

const from = '2026-01-05T18:00:00.000Z'
const breach = {
  reason: 'FeederOverloaded',
  words: 'more than it is rated for',
  excessWatts: 9,
  providers: [],
}
const feeders: FeedersShown = {
  feeders: [{ group: 'f1', ratedWatts: 60_000, metered: true, summed: false }],
  providers: [
    {
      name: 'acacia',
      standing: 'silent',
      heartbeatAt: from,
      offlineModeAt: from,
      groups: ['f1'],
      complaints: [{ at: from, blocks: 2, from, until: from }],
      breaches: [{ group: 'f1', from, breach }],
    },
  ],
}
const day: FeederDayShown = {
  group: 'f1',
  ratedWatts: 60_000,
  at: from,
  problem: null,
  day: {
    from,
    marginWatts: 1_000,
    usesTemperature: true,
    forecastWatts: [20_000.4, 21_000],
    persistenceWatts: null,
    previousDayWatts: null,
    errorWatts: { forecast: 500, persistence: 900, previousDay: null },
    spareWatts: [39_000, 38_000],
    allotments: [
      {
        provider: 'acacia',
        contractedWatts: 38_500,
        fallbackWatts: 9_000,
        watts: [38_500, 38_000],
      },
    ],
    atRisk: [],
  },
  passed: [{ from, forecastWatts: 1, allottedWatts: 1, meteredWatts: 3, breaches: [breach] }],
}

test('feeders, how operators stand, and a day of allotments are told, and as they came in JSON', async () => {
  const door = (url: string, body: object) =>
    ({ method: 'GET', url, roles: ['dso'], handle: () => ({ status: 200, body }) }) as const
  const run = await served('dso', 'dso', [
    door('/api/v1/feeders', feeders),
    door('/api/v1/feeders/f1/day', day),
    door('/api/v1/feeders/f2/day', {
      ...day,
      day: null,
      passed: [],
      problem: { reason: 'HistoryStale', words: 'too old' },
    }),
  ])
  expect((await run('feeder', 'list')).lines).toEqual([
    'f1: 60000 W, metered, its chargers are not summed',
    `acacia: silent, last heartbeat ${from}, offline mode ${from}`,
    `acacia: said at ${from} that it cannot keep 2 blocks from ${from} until ${from}`,
    `acacia: f1 at ${from}: more than it is rated for [FeederOverloaded]`,
  ])
  expect((await run('feeder', 'day', 'f1')).lines).toEqual([
    `f1: 60000 W, forecast at ${from}`,
    'mean error 500 W, by temperature; of the last load kept 900 W, of the day before unknown; kept free 1000 W',
    'acacia: 38500 W by contract, 9000 W in silence',
    `${from}  load 20000 W  spare 39000 W  acacia 38500 W`,
    '2026-01-05T18:15:00.000Z  load 21000 W  spare 38000 W  acacia 38000 W',
    `${from}: more than it is rated for [FeederOverloaded]`,
  ])
  expect((await run('feeder', 'day', 'f2')).lines).toEqual([
    'f1: 60000 W, nothing is forecast',
    'nothing new is told: too old [HistoryStale]',
  ])
  const { lines } = await run('feeder', 'list', '--json')
  expect(JSON.parse(lines.join(''))).toEqual(feeders)
  expect((await run('feeder', 'day')).code).toBe(2)
})
