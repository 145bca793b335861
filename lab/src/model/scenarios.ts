import { inMinutes, inSeconds, instant } from '@interlock/kernel'
import type { Happening } from './happening.ts'
import type { Scenario } from './scenario.ts'

/** A Monday in January: half past five in the evening's peak, and the night. */
const evening = instant(Date.UTC(2026, 0, 5, 21, 45))
const night = instant(Date.UTC(2026, 0, 5, 23))
const minutes = 8

const base = {
  hertz: [],
  presses: [],
  ticks: [inSeconds(6), inSeconds(61), inMinutes(minutes)],
  held: ['arm', 'respond', 'restore'],
  fails: ['station', 'llcs', 'company', 'hub', 'csms'],
  repeats: ['submit', 'replay', 'trigger'],
  most: { tick: 3, fail: 1, repeat: 1, press: 0, sample: 0, cut: 1 },
  movesWithin: 4,
} as const satisfies Partial<Scenario>

/** A pre-authorisation at both devices and a curve at the charger. */
const authorised: readonly Happening[] = [
  { do: 'submit', arm: 'relief' },
  { do: 'arrive', parcel: 'wan relief' },
  { do: 'arrive', parcel: 'link arm relief' },
  { do: 'trigger', name: 'curve' },
]

/** Each way in which an arm and a trigger meet, or do not. */
export const meetings: readonly Scenario[] = [
  {
    ...base,
    name: 'charge now',
    startAt: evening,
    arms: { go: { use: 'onDemand', levelPercent: 60, minutes } },
    triggers: { go: { action: 'start', arm: 'go' } },
  },
  {
    ...base,
    name: 'charge now, then stop',
    startAt: evening,
    arms: {
      go: { use: 'onDemand', levelPercent: 60, minutes },
      halt: { use: 'onDemand', levelPercent: 0, minutes },
    },
    triggers: { go: { action: 'start', arm: 'go' }, halt: { action: 'stop', arm: 'halt' } },
  },
  {
    ...base,
    name: 'the supplier switches on, and a hand at the charger says otherwise',
    startAt: evening,
    arms: { on: { use: 'supplied', levelPercent: 100, minutes } },
    triggers: { on: { action: 'start', arm: 'on' } },
    ticks: [inSeconds(21), inSeconds(61), inMinutes(minutes)],
    presses: ['stop'],
    most: { ...base.most, press: 1 },
  },
  {
    ...base,
    name: 'a hand at the charger against everybody',
    startAt: night,
    arms: {
      go: { use: 'onDemand', levelPercent: 60, minutes },
      relief: { use: 'response', levelPercent: 50, minutes },
    },
    triggers: {
      go: { action: 'start', arm: 'go' },
      relief: { action: 'dispatch', arm: 'relief', watts: 1_500 },
    },
    presses: ['start', 'stop'],
    most: { ...base.most, press: 1, cut: 0 },
  },
  {
    ...base,
    name: 'dispatched response',
    startAt: night,
    arms: { relief: { use: 'response', levelPercent: 50, minutes } },
    triggers: { relief: { action: 'dispatch', arm: 'relief', watts: 1_500 } },
  },
  {
    ...base,
    name: 'autonomous response',
    startAt: night,
    arms: { relief: { use: 'response', levelPercent: 70, minutes } },
    triggers: { curve: { action: 'curve' } },
    opening: authorised,
    movesWithin: 3,
    hertz: [49.6, 50],
    ticks: [inSeconds(1), inSeconds(11), inSeconds(61)],
    most: { ...base.most, sample: 4 },
  },
  {
    ...base,
    name: 'a response that runs',
    startAt: night,
    arms: { relief: { use: 'response', levelPercent: 70, minutes } },
    triggers: { curve: { action: 'curve' } },
    opening: [
      ...authorised,
      { do: 'sample', at: 'station', hertz: 49.6 },
      { do: 'sample', at: 'llcs', hertz: 49.6 },
    ],
    reading: true,
    movesWithin: 2,
    held: [],
    fails: ['station', 'llcs'],
    repeats: [],
    hertz: [49.4, 50],
    ticks: [inSeconds(90)],
    most: { ...base.most, tick: 2, repeat: 0, sample: 3 },
  },
]

/** Lived through with deaths, and not explored: what a supplier says of a load, and another provider meanwhile. */
export const lives: readonly Scenario[] = [
  {
    ...base,
    name: 'the supplier switches on, and another provider comes',
    startAt: evening,
    arms: { on: { use: 'supplied', levelPercent: 100, minutes } },
    triggers: { on: { action: 'start', arm: 'on' } },
    words: ['calendar', 'controller', 'provider'],
  },
  {
    ...base,
    name: 'the supplier switches off',
    startAt: night,
    arms: { off: { use: 'supplied', levelPercent: 0, minutes } },
    triggers: { off: { action: 'stop', arm: 'off' } },
  },
]

/** The charger's clock is the one that the model goes by: where it is wrong, all the others are. */
const everybodyElse = (seconds: number) => {
  const by = inSeconds(seconds)
  return { llcs: by, csms: by, company: by, signers: by }
}
/** A minute in which nothing passes: under way now by a clock two minutes ahead, never by one behind. */
const outage = { fromMillis: inSeconds(120), untilMillis: inSeconds(180) }

const { movesWithin: _, ...still } = base

/** The first of them with clocks that are wrong: within what is tolerated, and beyond. */
const skewed = (
  [
    ['the LLCS nine seconds ahead', { llcs: inSeconds(9) }, 'moves'],
    ['the LLCS nine seconds behind', { llcs: inSeconds(-9) }, 'moves'],
    ['the LLCS two minutes ahead', { llcs: inSeconds(120) }],
    ['the data company two minutes ahead', { company: inSeconds(120) }],
    ['the CSMS two minutes behind', { csms: inSeconds(-120) }],
    ['the charger nine seconds ahead of everybody', everybodyElse(-9), 'moves'],
    ['the charger nine seconds behind everybody', everybodyElse(9)],
    ['the charger two minutes ahead of everybody', everybodyElse(-120)],
    ['the charger two minutes behind everybody', everybodyElse(120)],
    ['the hub two minutes ahead of an outage', { hub: inSeconds(120) }],
    ['the hub two minutes behind an outage', { hub: inSeconds(-120) }, 'moves'],
  ] as const
).map(([words, skewMillis, moves]): Scenario => ({
  ...still,
  ...(moves && { movesWithin: base.movesWithin }),
  name: `charge now, ${words}`,
  startAt: evening,
  arms: { go: { use: 'onDemand', levelPercent: 60, minutes } },
  triggers: { go: { action: 'start', arm: 'go' } },
  skewMillis,
  ...('hub' in skewMillis && { pathOut: outage }),
}))

export const scenarios: readonly Scenario[] = [...meetings, ...skewed]
