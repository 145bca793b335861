import { fallbackLimitVariable, type Edge, type SignedCommand } from '@interlock/contract'
import type { ProfileSetting, Setting, VariableValue } from '@interlock/gate'
import { inSeconds, instant, plus, type Instant } from '@interlock/kernel'
import {
  constantLevel,
  edges,
  hoursInForceLevel,
  levelOf,
  levelsWithin,
  type Level,
  type Schedule,
} from '@interlock/power'
import { ratingOf, type Device } from './device.ts'

/** A schedule that was countersigned and may be in force; whether it was delivered is not known. */
export type Standing = {
  readonly evse: number
  /** Profiles of one slot replace each other. */
  readonly slot: string
  readonly schedule: Schedule
}

export const slotOf = ({ evse, purpose, stackLevel }: ProfileSetting): string =>
  `${evse}/${purpose}/${stackLevel}`

export const scheduleOf = ({ from, until, periods }: ProfileSetting): Schedule => ({
  from,
  until,
  periods,
})

/** The interval in which the command takes effect, and whom it is for. */
type Asked = Pick<SignedCommand, 'effect' | 'target'> & {
  /** Carrying it out restarts or stops what runs (the gate's action row). */
  readonly movesLoad: boolean
}

/**
 * The load changes that a command can cause, each at its largest: whatever of what was granted
 * before is in force, whenever inside its effect interval the command arrives, and whatever delay is
 * drawn. A command that moves nothing has one edge of 0 W.
 */
export function swingsOf(
  setting: Setting,
  asked: Asked,
  device: Device,
  standing: readonly Standing[],
): Edge[] {
  const rating = ratingOf(device, asked.target.evse)
  const { from, until } = asked.effect
  const settled = plus(until, inSeconds(device.delaySecondsMax))
  const once = (swingWatts: number): Edge => ({ from, until: settled, swingWatts })
  switch (setting.kind) {
    case 'profile':
      return scheduleSwings(setting, asked, device, standing)
    case 'clear':
      return largest([once(rating), ...uncovered(asked, device, standing)])
    case 'availability':
      return [once(rating)]
    case 'reset':
    case 'configuration':
      return asked.movesLoad ? [once(rating), once(rating)] : [once(0)]
    case 'curve': {
      const percents = setting.curve.points.map((point) => point.percent)
      const span = Math.max(...percents) - Math.min(...percents)
      const end = plus(setting.curve.until, inSeconds(device.delaySecondsMax))
      const swingWatts = Math.ceil((rating * span) / 100)
      return [{ from: setting.curve.from, until: end, swingWatts }]
    }
    case 'variables':
      return [once(setting.values.some(isFallbackLimit) ? rating : 0)]
    case 'start':
    case 'stop':
      return [once(0)]
  }
}

/** Between nothing and the rating, whatever it was before: no earlier setting is known to be in force. */
const isFallbackLimit = ({ component, variable }: VariableValue): boolean =>
  component === fallbackLimitVariable.component && variable === fallbackLimitVariable.variable

/**
 * What is cleared no longer stands between the charger and its written fallback: each edge that the
 * fallback has in the hours of the schedules comes back.
 */
function uncovered(asked: Asked, device: Device, standing: readonly Standing[]): Edge[] {
  const from = asked.effect.from
  const until = instant(Math.max(from, ...standing.map((each) => each.schedule.until)))
  return fallbacksOf(asked, device)
    .flatMap((fallback) => fallback.changes(from, until))
    .map((at) => ({
      from: at,
      until: plus(at, inSeconds(device.delaySecondsMax)),
      swingWatts: ratingOf(device, asked.target.evse),
    }))
}

function scheduleSwings(
  setting: ProfileSetting,
  asked: Asked,
  device: Device,
  standing: readonly Standing[],
): Edge[] {
  const next = scheduleOf(setting)
  const { delaySecondsMax } = device
  const before = candidates(asked, device, standing)
  const rest = before.flatMap((fallback) =>
    edges({ previous: fallback, next, fallback, delaySecondsMax }).filter(
      (edge) => edge.from > next.from,
    ),
  )
  const meeting = overlaps(setting, asked, device, standing).flatMap((other) =>
    fallbacksOf(asked, device).flatMap((fallback) => {
      const beside = levelOf(next, fallback)
      return edges({ previous: beside, next: other, fallback: beside, delaySecondsMax })
    }),
  )
  const known = standing.some((each) => each.evse === asked.target.evse)
  const first = { from: known ? switchFrom(next, asked) : asked.effect.from, before }
  // What begins and ends before the switch-over was charged for what stood then.
  const ahead = [...rest, ...meeting].filter((edge) => edge.until >= first.from)
  return largest([switchOver(next, asked, first, device), ...ahead])
}

/** Until the new schedule begins, a station follows what it holds: nothing moves before. */
const switchFrom = (next: Schedule, { effect }: Asked): Instant =>
  instant(Math.max(effect.from, next.from))

/**
 * The command may arrive at any moment of its effect interval. `first.from` is when load may move at
 * the earliest: where no schedule is known to stand, that is the whole interval.
 */
function switchOver(
  next: Schedule,
  asked: Asked,
  { from, before }: { readonly from: Instant; readonly before: readonly Level[] },
  device: Device,
): Edge {
  const { delaySecondsMax } = device
  const latest = plus(switchFrom(next, asked), inSeconds(delaySecondsMax))
  const until = instant(Math.max(asked.effect.until, latest))
  const after = fallbacksOf(asked, device).flatMap((fallback) =>
    levelsWithin(levelOf(next, fallback), from, until),
  )
  const gaps = before
    .flatMap((level) => levelsWithin(level, from, until))
    .flatMap((old) => after.map((level) => Math.abs(level - old)))
  return { from, until, swingWatts: Math.ceil(Math.max(0, ...gaps)) }
}

/** Whether hours that were acknowledged have reached the charger may not be known: then there are two. */
const fallbacksOf = ({ target }: Asked, device: Device): readonly Level[] =>
  device.hours.map((hours) => hoursInForceLevel(ratingOf(device, target.evse), hours))

/** Every level that may be in force before the command. */
function candidates(asked: Asked, device: Device, standing: readonly Standing[]): Level[] {
  const { evse } = asked.target
  const fallbacks = fallbacksOf(asked, device)
  const same = standing.filter((each) => each.evse === evse)
  // Nothing flows where an authorisation is waited for, was late, or an override holds.
  const held = constantLevel(0)
  const levels = [
    ...fallbacks,
    held,
    ...same.flatMap(({ schedule }) => fallbacks.map((fallback) => levelOf(schedule, fallback))),
  ]
  // A limit on the whole station and one on an EVSE meet somewhere between nothing and everything.
  const mixed = standing.some((each) => (each.evse === 0) !== (evse === 0))
  return mixed ? [...levels, constantLevel(ratingOf(device, evse))] : levels
}

/** Schedules of other slots that run beside the new one: where they begin and end, load moves too. */
const overlaps = (
  setting: ProfileSetting,
  { target }: Asked,
  device: Device,
  standing: readonly Standing[],
): Schedule[] =>
  standing
    .filter((each) => each.slot !== slotOf(setting) && each.evse === target.evse)
    .map((each) => each.schedule)
    .filter(
      (schedule) => schedule.until > setting.from && schedule.from < lastMoment(setting, device),
    )

const lastMoment = ({ until }: ProfileSetting, { delaySecondsMax }: Device): Instant =>
  plus(until, inSeconds(delaySecondsMax))

/** One edge for each interval, at its largest swing. */
export function largest(all: readonly Edge[]): Edge[] {
  const merged = new Map<string, Edge>()
  for (const edge of all) {
    const key = `${edge.from} ${edge.until}`
    const known = merged.get(key)
    if (known === undefined || known.swingWatts < edge.swingWatts) merged.set(key, edge)
  }
  return [...merged.values()].sort((a, b) => a.from - b.from || a.until - b.until)
}
