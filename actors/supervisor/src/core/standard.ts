import {
  fallbackLimitVariable,
  limits,
  mayOriginateStandard,
  settableVariables,
} from '@interlock/contract'
import type { Edge, RefusalReason, SignedCommand } from '@interlock/contract'
import type { GateState } from '@interlock/gate'
import {
  fromIso,
  instant,
  ok,
  plus,
  refused,
  millis,
  type Instant,
  type Outcome,
  type Refusal,
} from '@interlock/kernel'
import { ratingOf, type Device } from './device.ts'

/** Gate 2 for a station that only knows OCPP: only its own CSMS speaks to it. */
export function permittedStandard(
  { action, role, organisation }: SignedCommand,
  { bound }: Pick<GateState, 'bound'>,
): Refusal<RefusalReason> | undefined {
  if (!mayOriginateStandard(role, action)) return refused('RoleForbidden', `${role} ${action}`)
  return bound.csms === organisation ? undefined : refused('ProviderNotBound', organisation)
}

/** How long a standard station may take to carry out what it was sent: a car that is plugged in late. */
const settleMillis = millis(limits.budgetWindowMillis)
/** How far its clock may be off. */
const clockMillis = millis(60_000)

/** How far ahead load may be changed: a day's schedule that begins within a window. */
const horizonMillis = millis(limits.scheduleMillisMax + limits.budgetWindowMillis)

/** What a payload says of where and when; read loosely, for the CSMS has validated it. */
type Payload = {
  readonly evseId?: number
  readonly evse?: { readonly id?: number }
  readonly chargingProfileCriteria?: { readonly evseId?: number }
  readonly chargingProfile?: Profile
  readonly setVariableData?: readonly {
    readonly component?: { readonly name?: string }
    readonly variable?: { readonly name?: string }
  }[]
  readonly firmware?: { readonly retrieveDateTime?: string; readonly installDateTime?: string }
}
type Profile = {
  readonly chargingProfilePurpose?: string
  readonly chargingProfileKind?: string
  readonly recurrencyKind?: string
  readonly validFrom?: string
  readonly validTo?: string
  readonly chargingSchedule?: readonly Schedule[]
}
type Schedule = {
  readonly startSchedule?: string
  readonly duration?: number
  readonly chargingSchedulePeriod?: readonly { readonly startPeriod?: number }[]
}

type Edges = Outcome<readonly Edge[], 'PlausibilityFailed'>

/**
 * The load changes that a command can cause at a station which checks nothing: the whole rating at
 * every edge, in every window it may touch. What could go on for longer than a day is refused.
 */
export function worstCase(command: SignedCommand, device: Device, now: Instant): Edges {
  const payload = (command.payload ?? {}) as Payload
  const evse = payload.evseId ?? payload.evse?.id ?? payload.chargingProfileCriteria?.evseId ?? 0
  if (evse !== 0 && !device.evses.includes(evse))
    return refused('PlausibilityFailed', `the station has no EVSE ${evse}`)
  const swingWatts = ratingOf(device, evse)
  const once: Edge = {
    from: command.effect.from,
    until: plus(command.effect.until, settleMillis),
    swingWatts,
  }
  // It may mean any EVSE, whatever it names, and take itself back.
  const vendor: Edge = { ...once, swingWatts: ratingOf(device, 0) }
  switch (command.action) {
    case 'RequestStartTransaction':
    case 'SetChargingProfile': {
      const later = profileEdges(payload.chargingProfile, command, swingWatts, now)
      return later.ok ? ok([once, ...later.value]) : later
    }
    case 'RequestStopTransaction':
    case 'ClearChargingProfile':
    case 'ChangeAvailability':
    case 'UnlockConnector':
      return ok([once])
    case 'Reset':
      return ok([once, once])
    case 'UpdateFirmware':
      return firmwareEdges(payload, once, now)
    case 'SetVariables':
      return ok(isHarmless(payload) ? [{ ...once, swingWatts: 0 }] : [once, once])
    case 'DataTransfer':
      return ok([vendor, vendor])
    case 'InstallCertificate':
    case 'DeleteCertificate':
    case 'SetNetworkProfile':
      return ok([{ ...once, swingWatts: 0 }])
    default:
      return refused('PlausibilityFailed', `${command.action} means nothing to a standard station`)
  }
}

/** A variable nobody has looked at may well change what flows, and change it back by itself. */
const isHarmless = ({ setVariableData = [] }: Payload): boolean =>
  setVariableData.length > 0 &&
  setVariableData.every(({ component, variable }) =>
    settableVariables.some(
      (row) =>
        row !== fallbackLimitVariable &&
        row.component === component?.name &&
        row.variable === variable?.name,
    ),
  )

/** It goes down and comes up again, whenever it chooses to install. */
function firmwareEdges({ firmware }: Payload, once: Edge, now: Instant): Edges {
  const latest = plus(now, horizonMillis)
  for (const text of [firmware?.retrieveDateTime, firmware?.installDateTime]) {
    const at = text === undefined ? undefined : fromIso(text)
    if (at !== undefined && at > latest)
      return refused('PlausibilityFailed', 'it would install later than a day from now')
  }
  const windows = windowsIn(instant(once.from), latest, once.swingWatts)
  return ok([...windows, ...windows])
}

function profileEdges(
  profile: Profile | undefined,
  command: SignedCommand,
  swingWatts: number,
  now: Instant,
): Edges {
  const schedules = profile?.chargingSchedule ?? []
  const latest = plus(now, horizonMillis)
  const edges: Edge[] = []
  for (const schedule of schedules) {
    const offsets = offsetsOf(schedule)
    const moments =
      profile?.chargingProfileKind === 'Absolute'
        ? absolute(schedule, offsets, profile)
        : floating(profile, offsets, command)
    if (moments === undefined || moments.some((each) => each.until > latest))
      return refused('PlausibilityFailed', 'it would change load later than a day from now')
    for (const { from, until, changes } of moments) {
      const watts = swingWatts * changes
      // What spans windows is charged in each of them.
      if (until - from > limits.budgetWindowMillis) edges.push(...windowsIn(from, until, watts))
      else if (until >= now) edges.push({ from, until, swingWatts: watts })
    }
  }
  return ok(edges)
}

/** So many changes may fall into any one budget window between the two. */
type Moment = { readonly from: Instant; readonly until: Instant; readonly changes: number }

/** Seconds after its beginning at which a schedule may change load. */
const offsetsOf = ({ duration, chargingSchedulePeriod = [] }: Schedule): number[] => [
  ...chargingSchedulePeriod.map(({ startPeriod }) => startPeriod ?? 0),
  ...(duration === undefined ? [] : [duration]),
]

const validity = ({ validFrom, validTo }: Profile): Instant[] =>
  [validFrom, validTo].flatMap((text) => (text === undefined ? [] : (fromIso(text) ?? [])))

/** Each at its moment; the station's clock may be off. `undefined`: it does not say when. */
function absolute(
  { startSchedule }: Schedule,
  offsets: readonly number[],
  profile: Profile,
): Moment[] | undefined {
  const start = startSchedule === undefined ? undefined : fromIso(startSchedule)
  // A station might repeat what says how often, whatever it says of its kind.
  if (start === undefined || profile.recurrencyKind !== undefined) return undefined
  const at = [...offsets.map((offset) => plus(start, millis(offset * 1000))), ...validity(profile)]
  return at.map(momentOf)
}

/** One change; the station's clock may be off. */
const momentOf = (at: Instant): Moment => ({
  from: instant(at - clockMillis),
  until: plus(at, clockMillis),
  changes: 1,
})

/**
 * Relative to a transaction, or again and again: at any moment. That of a transaction which runs is over
 * with its last period; one for transactions to come, or that recurs, must say until when it is valid.
 */
function floating(
  profile: Profile | undefined,
  offsets: readonly number[],
  { effect }: SignedCommand,
): Moment[] | undefined {
  const from = effect.from
  const ends = validity(profile ?? {})
  const relative = profile?.chargingProfileKind === 'Relative'
  // One level for all of a transaction. A recurrence of one level still begins by itself.
  if (relative && ends.length === 0 && offsets.every((offset) => offset === 0)) return []
  const changes = changesMax(offsets, relative ? Infinity : recurrenceSeconds(profile))
  if (relative && profile.chargingProfilePurpose === 'TxProfile') {
    const last = Math.max(0, ...offsets) * 1000
    const until = plus(effect.until, millis(last + settleMillis))
    return [{ from, until, changes }, ...ends.map(momentOf)]
  }
  const until = profile?.validTo === undefined ? undefined : fromIso(profile.validTo)
  if (until === undefined) return undefined
  return [{ from, until: plus(until, clockMillis), changes }, ...ends.map(momentOf)]
}

const recurrenceSeconds = (profile: Profile | undefined): number =>
  (profile?.recurrencyKind === 'Weekly' ? 7 : 1) * 86_400

/**
 * The most changes that fall into one budget window, whenever the schedule begins: what spans windows
 * is charged once in each, and many periods within one would move load many times.
 */
function changesMax(offsets: readonly number[], roundSeconds: number): number {
  const span = (limits.budgetWindowMillis + 2 * clockMillis) / 1000
  // The end of one round and the beginning of the next may lie close together.
  const rounds = Number.isFinite(roundSeconds)
    ? offsets.flatMap((offset) => [offset % roundSeconds, (offset % roundSeconds) + roundSeconds])
    : offsets
  const within = (first: number): number =>
    rounds.filter((each) => each >= first && each <= first + span).length
  return Math.max(1, ...rounds.map(within))
}

/** One edge for each budget window between two moments. */
function windowsIn(from: Instant, until: Instant, swingWatts: number): Edge[] {
  const span = limits.budgetWindowMillis
  const edges: Edge[] = []
  for (let at = from - (from % span); at < until; at += span)
    edges.push({ from: Math.max(at, from), until: Math.min(at + span - 1, until), swingWatts })
  return edges
}
