import type { FeederDayShown, FeederSumsShown, ProviderShown } from '@interlock/contract'
import { expect, test } from 'vitest'
import {
  refusedRounds,
  tellAccuracy,
  tellAllotment,
  tellBreach,
  tellComplaint,
  tellDay,
  tellMissing,
  tellOpenData,
  tellRisk,
  tellRounds,
  tellStale,
  tellStanding,
  tellSum,
} from './feeder-sentences.ts'

const telling = { now: Date.parse('2026-01-05T18:20:00Z'), timeZone: 'Europe/London' }
const day = {
  from: '2026-01-05T18:00:00.000Z',
  marginWatts: 1_500,
  usesTemperature: false,
  forecastWatts: [30_000, 31_000, 35_000, 32_000],
  persistenceWatts: [30_000, 30_000, 30_000, 30_000],
  previousDayWatts: null,
  errorWatts: { forecast: 900, persistence: 4_000, previousDay: 1_800 },
  spareWatts: [28_500, 27_500, 23_500, 26_500],
  allotments: [
    {
      provider: 'acacia',
      contractedWatts: 25_000,
      fallbackWatts: 4_000,
      watts: [25_000, 25_000, 23_500, 25_000],
    },
  ],
  atRisk: [],
} satisfies FeederDayShown['day']
const shown: FeederDayShown = {
  group: 'ACACIA-1',
  ratedWatts: 60_000,
  at: '2026-01-05T18:15:00.000Z',
  problem: null,
  day,
  passed: [],
}
const problem = { reason: 'HistoryStale', words: 'its history is old' }

test('a day says what is spare now, where it is tightest, and how good the forecast has been', () => {
  expect(tellDay(shown, telling)).toBe(
    'ACACIA-1 has 27.5 kW to spare for cars now, of the 60 kW that it bears; least from 18:30 on, when it is 23.5 kW.',
  )
  expect(tellAccuracy(day)).toBe(
    'The forecast has been wrong by 0.9 kW on average; that all stays as it is, by 4 kW, and that tomorrow is as today, by 1.8 kW: it is better than both. 1.5 kW are kept free for its being wrong.',
  )
  const worse = { ...day, errorWatts: { ...day.errorWatts, forecast: 2_000 } }
  expect(tellAccuracy(worse)).toContain('worse than the second')
  const unknown = { ...day, errorWatts: { ...day.errorWatts, previousDay: null } }
  expect(tellAccuracy(unknown)).toContain('cannot be told yet')
})

test('where nothing can be told, it says why and what counts instead', () => {
  expect(tellDay({ ...shown, day: null }, telling)).toBe(
    'Nothing has been forecast for ACACIA-1 yet.',
  )
  expect(tellDay({ ...shown, day: null, problem }, telling)).toBe(
    'Operators are told nothing of ACACIA-1: its history is old. They have their fallbacks.',
  )
  expect(tellStale({ ...shown, problem })).toMatch(/^Nothing new is told: its history is old\./)
  expect(tellStale(shown)).toBe('')
})

test('blocks that leave less than the fallbacks are told with when, and whose matter they are', () => {
  expect(tellRisk(day, telling)).toBe('')
  const atRisk = ['2026-01-05T18:30:00.000Z', '2026-01-05T18:45:00.000Z']
  expect(tellRisk({ ...day, atRisk }, telling)).toMatch(/^From 18:30, and in 1 more blocks it has/)
})

test('an allotment says how much, until when, why no more, and what there is in silence', () => {
  const [acacia] = day.allotments
  if (acacia === undefined) throw new Error('no allotment')
  expect(tellAllotment(acacia, day, telling)).toBe(
    'acacia may draw 25 kW until 18:30, then 23.5 kW: that is all of its contract. While anybody is silent it has 4 kW.',
  )
  const later = { ...telling, now: Date.parse('2026-01-05T18:31:00Z') }
  expect(tellAllotment(acacia, day, later)).toContain(
    '23.5 kW until 18:45, then 25 kW: the feeder has no more to spare of the 25 kW in its contract',
  )
})

const provider: ProviderShown = {
  name: 'acacia',
  standing: 'heard',
  heartbeatAt: '2026-01-05T18:10:00.000Z',
  offlineModeAt: '2026-01-05T18:40:00.000Z',
  groups: ['ACACIA-1'],
  complaints: [],
  breaches: [],
}
test.each([
  ['unregistered', 'acacia has not registered, so it is told nothing.'],
  ['registered', 'acacia has registered and not shaken hands yet, so it is told nothing.'],
  [
    'heard',
    'acacia is online: its last heartbeat came at 18:10, and without another it counts as offline from 18:40 on.',
  ],
  [
    'silent',
    'acacia is offline since 18:40: its last heartbeat came at 18:10. Its fallbacks count until it is heard again.',
  ],
] as const)('an operator that is %s is told so, with what follows', (standing, words) => {
  expect(tellStanding({ ...provider, standing }, telling)).toBe(words)
})

test('complaints and breaches say when, how much and who, and never more than the meter knows', () => {
  const from = '2026-01-05T18:00:00.000Z'
  const complaint = { at: from, blocks: 2, from, until: '2026-01-05T18:30:00.000Z' }
  expect(tellComplaint(complaint, telling)).toBe(
    'At 18:00 it said that it cannot keep 2 blocks between 18:00 and 18:30.',
  )
  expect(tellComplaint({ ...complaint, from: null, until: null }, telling)).toContain(
    'its forecast',
  )
  const words = 'more came than can be'
  const providers = ['acacia', 'birch']
  expect(
    tellBreach(
      { reason: 'AllotmentsExceeded', words, excessWatts: 2_000, providers },
      from,
      telling,
    ),
  ).toBe(
    'At 18:00 more came than can be, by 2 kW. acacia, birch may be behind it: the meter does not tell operators apart.',
  )
  const confessed = { reason: 'AllotmentExceeded', words, excessWatts: null, providers: ['birch'] }
  expect(tellBreach(confessed, from, telling)).toBe('At 18:00 more came than can be. It is birch.')
})

const round = (minute: number, stations: number, missing: string[], reason?: string) => ({
  at: `2026-01-05T18:0${minute}:00.000Z`,
  stations,
  missing,
  problem: reason === undefined ? null : { reason, words: `because of ${reason}`, detail: null },
})
const sums: FeederSumsShown = {
  group: 'ACACIA-1',
  status: {
    phase: 'over',
    answered: 16,
    members: 17,
    roster: 1,
    round: 5,
    problem: null,
    excluded: [],
  },
  rounds: [
    round(1, 0, [], 'GroupTooSmall'),
    round(2, 0, [], 'GroupTooSmall'),
    round(3, 0, [], 'UnmaskingMissing'),
    round(4, 10, ['02-00-00-01-00-00-00-01']),
  ],
  powers: [{ at: '2026-01-05T18:04:00.000Z', watts: 23_400, stations: 10 }],
  energies: [],
}

test('a sum says of how many homes it is; who was not heard is named, and who hides it is counted', () => {
  expect(tellSum(sums, telling)).toBe('The cars at 10 homes draw 23.4 kW together, at 18:04.')
  const fedIn = { ...sums, powers: [{ at: sums.rounds[0]?.at ?? '', watts: -900, stations: 7 }] }
  expect(tellSum(fedIn, telling)).toContain('The cars at 7 homes feed in 0.9 kW together')
  expect(tellMissing(sums)).toBe(
    'Not heard in the latest round: 02-00-00-01-00-00-00-01. 6 others are left out with it, so that no difference of two sums tells of few homes.',
  )
  expect(tellMissing({ ...sums, rounds: [round(5, 17, [])] })).toBe(
    'All of them answered in the latest round.',
  )
})

test('rounds without a sum are counted by reason; where there never was one it says why', () => {
  expect(tellRounds(sums)).toBe('Rounds without a sum: 3 of the latest 4.')
  expect(refusedRounds(sums)).toMatchObject([
    { reason: 'GroupTooSmall', count: 2, latest: '2026-01-05T18:02:00.000Z' },
    { reason: 'UnmaskingMissing', count: 1 },
  ])
  const tooFew = { reason: 'RosterTooSmall', words: 'too few chargers', detail: null }
  const none = { ...sums, powers: [], rounds: [], status: { ...sums.status, problem: tooFew } }
  expect(tellSum(none, telling)).toBe('No sum yet: too few chargers.')
  expect(tellRounds(none)).toBe('No round has ended since the operator started.')
  expect(tellMissing(none)).toBe('')
})

test('open data says how many homes are in a row, and what it withholds', () => {
  expect(tellOpenData({ groupMin: 10, rows: [], below: 2 })).toMatch(
    /^Nothing is published yet: .+ at least 10 homes .+ Rows of fewer homes, which are not shown: 2\.$/,
  )
})
