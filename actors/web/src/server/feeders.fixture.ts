import type { FeederDayShown, FeedersShown, FeederSumsShown } from '@interlock/contract'
import { toIso, instant } from '@interlock/kernel'
import type { OpenData } from '../shared/shapes.ts'
import type { FeederSource } from './feeder-source.ts'

/** A distribution operator in memory, which says what it is told to say. */

const blockMillis = 15 * 60_000
const blocks = 96
const begin = Math.floor(Date.now() / blockMillis) * blockMillis
const iso = (at: number): string => toIso(instant(at))
const byBlock = (watts: (block: number) => number): number[] =>
  Array.from({ length: blocks }, (_, block) => Math.round(watts(block)))
const wave = (block: number): number => 30_000 + 15_000 * Math.sin((block / blocks) * 2 * Math.PI)

export const feeders: FeedersShown = {
  feeders: [{ group: 'ACACIA-1', ratedWatts: 60_000, metered: true, summed: true }],
  providers: [
    {
      name: 'acacia',
      standing: 'heard',
      heartbeatAt: iso(begin),
      offlineModeAt: iso(begin + 3 * blockMillis),
      groups: ['ACACIA-1'],
      complaints: [
        { at: iso(begin), blocks: 2, from: iso(begin), until: iso(begin + 2 * blockMillis) },
      ],
      breaches: [],
    },
    {
      name: 'birch',
      standing: 'silent',
      heartbeatAt: null,
      offlineModeAt: iso(begin - blockMillis),
      groups: ['ACACIA-1'],
      complaints: [],
      breaches: [
        {
          group: 'ACACIA-1',
          from: iso(begin - 4 * blockMillis),
          breach: {
            reason: 'AllotmentsExceeded',
            words: 'more came than load, its margin and all allotments together can be',
            excessWatts: 2_400,
            providers: ['acacia', 'birch'],
          },
        },
      ],
    },
  ],
}

const day: FeederDayShown = {
  group: 'ACACIA-1',
  ratedWatts: 60_000,
  at: iso(begin),
  problem: null,
  day: {
    from: iso(begin),
    marginWatts: 2_000,
    usesTemperature: false,
    forecastWatts: byBlock(wave),
    persistenceWatts: byBlock(() => 30_000),
    previousDayWatts: byBlock((block) => wave(block) + 1_000),
    errorWatts: { forecast: 800, persistence: 9_000, previousDay: 1_000 },
    spareWatts: byBlock((block) => 58_000 - wave(block)),
    allotments: ['acacia', 'birch'].map((provider) => ({
      provider,
      contractedWatts: 20_000,
      fallbackWatts: 5_000,
      watts: byBlock((block) => Math.min(20_000, (58_000 - wave(block)) / 2)),
    })),
    atRisk: [],
  },
  passed: Array.from({ length: blocks }, (_, block) => ({
    from: iso(begin - (blocks - block) * blockMillis),
    forecastWatts: wave(block),
    allottedWatts: 15_000,
    meteredWatts: block === blocks - 1 ? null : wave(block) + 10_000,
    breaches: block === blocks - 1 ? null : [],
  })),
}

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
    {
      at: iso(begin - 120_000),
      stations: 0,
      missing: [],
      problem: {
        reason: 'GroupTooSmall',
        words: 'too few chargers sent a reading for their sum to hide each home',
        detail: null,
      },
    },
    { at: iso(begin - 60_000), stations: 10, missing: ['02-00-00-01-00-00-00-01'], problem: null },
  ],
  powers: Array.from({ length: 60 }, (_, minute) => ({
    at: iso(begin - (61 - minute) * 60_000),
    watts: 20_000 + 100 * minute,
    stations: 17,
  })),
  energies: Array.from({ length: 4 }, (_, halfHour) => ({
    from: iso(begin - (5 - halfHour) * 2 * blockMillis),
    wattHours: 9_000,
    stations: 17,
  })),
}

const openData: OpenData = {
  groupMin: 10,
  rows: [
    { place: 'GB-EAST', from: iso(begin), until: iso(begin + 1), stations: 10, wattHours: 120_000 },
  ],
  below: 1,
}

export function fakeFeeders() {
  const state: {
    feeders: FeedersShown
    day: FeederDayShown
    sums: FeederSumsShown | undefined
    openData: OpenData | undefined
    /** What the operator answers instead, where it is to fail. */
    failure: Error | undefined
  } = { feeders, day, sums, openData, failure: undefined }
  const said = async <Value>(value: Value): Promise<Value> => {
    if (state.failure !== undefined) throw state.failure
    return value
  }
  const source: FeederSource = {
    feeders: () => said(state.feeders),
    day: () => said(state.day),
    sums: () => said(state.sums),
    openData: () => said(state.openData),
  }
  return { state, source }
}
