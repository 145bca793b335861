import type { Breach, Service } from '@interlock/duis'
import type { Command } from '@interlock/gbcs'
import type { Eui64, Instant, Role } from '@interlock/kernel'
import { measuresOf } from './measures.ts'
import {
  periodMinutesMax,
  tallyMillis,
  type AnomalyRules,
  type AttributeLimit,
  type Threshold,
} from './thresholds.ts'

/** A user of the data company: an organisation in one role. */
export type User = { readonly organisation: Eui64; readonly role: Role }

/**
 * How many requests there were, by whom, of what and in which minute. A key is a user, or `everyone`, and
 * a service request, or `*`.
 */
export type Tally = Map<string, Map<number, number>>

export const everyone = 'everyone'
export const nameOf = ({ organisation, role }: User): string => `${organisation} ${role}`
/** What a user asks for is counted under its name; what was let through, under this. */
const passedOf = (who: string): string => `${who} passed`
export const minuteOf = (now: Instant): number => Math.floor(now / tallyMillis)

/** One more, or `count` more; what no period reaches any longer is forgotten. */
export function tallied(
  tally: Tally,
  who: string,
  service: string,
  minute: number,
  count = 1,
): void {
  for (const key of [`${who}/${service}`, `${who}/*`]) {
    const minutes = tally.get(key) ?? new Map<number, number>()
    tally.set(key, minutes)
    minutes.set(minute, (minutes.get(minute) ?? 0) + count)
    for (const old of minutes.keys())
      if (old >= minute - periodMinutesMax) break
      else minutes.delete(old)
  }
}

/** What is let through counts for its user and for everybody. */
export function tallyPassed(
  tally: Tally,
  who: string,
  service: string,
  minute: number,
  count = 1,
): void {
  for (const of of [passedOf(who), everyone]) tallied(tally, of, service, minute, count)
}

/** The minute in which the period begins is counted whole: so no period has more, wherever in a minute it begins. */
function within(tally: Tally, who: string, { service, periodMinutes }: Threshold, now: Instant) {
  const last = minuteOf(now)
  let sum = 0
  for (const [minute, count] of tally.get(`${who}/${service}`) ?? [])
    if (minute >= last - periodMinutes && minute <= last) sum += count
  return sum
}

const isAbout = (each: { readonly service: string }, service: Service): boolean =>
  each.service === '*' || each.service === service

/** Who asks for what, and the command that would be sent; none where the data company itself is asked. */
export type AnomalyRequest = {
  readonly user: User
  readonly service: Service
  readonly command?: Command
}

export type Judged = {
  readonly breach?: Breach
  /** Whether it is let through, and counted for everybody. */
  readonly passed: boolean
}

/**
 * Counts a request and says which limit it breaks, if any. What is held uses up nothing that others share, nor what
 * its user may have let through.
 */
export function judgeAnomaly(
  tally: Tally,
  request: AnomalyRequest,
  rules: { readonly own: readonly Threshold[]; readonly company: AnomalyRules },
  now: Instant,
): Judged {
  const { user, service, command } = request
  const { own, company } = rules
  const who = nameOf(user)
  tallied(tally, who, service, minuteOf(now))
  const attributes = company.attributes.filter((limit) => isAbout(limit, service))
  if (isOutside(attributes, command)) return { breach: 'ADAttributeLimitsBreach', passed: false }
  if (own.some((each) => isAbout(each, service) && within(tally, who, each, now) > each.most))
    return { breach: 'ADUserThresholdBreach', passed: false }
  return judgePassage(tally, request, company, now)
}

/**
 * The thresholds of the data company, on what is let through: at once, or later by its user, whose word lifts its own
 * threshold and none that guards everybody against it.
 */
export function judgePassage(
  tally: Tally,
  { user, service }: AnomalyRequest,
  { eachUser, allUsers }: AnomalyRules,
  now: Instant,
): Judged {
  const who = nameOf(user)
  const isFull = (thresholds: readonly Threshold[], of: string): boolean =>
    thresholds.some((each) => isAbout(each, service) && within(tally, of, each, now) >= each.most)
  if (isFull(eachUser, passedOf(who)) || isFull(allUsers, everyone))
    return { breach: 'ADDCCThresholdBreach', passed: false }
  tallyPassed(tally, who, service, minuteOf(now))
  return { passed: true }
}

/** Measured once, whatever the limits: a tariff has thousands of prices. */
function isOutside(limits: readonly AttributeLimit[], command: Command | undefined): boolean {
  if (limits.length === 0 || command === undefined) return false
  const measures = measuresOf(command)
  return limits.some(({ attribute, least = -Infinity, most = Infinity }) =>
    measures[attribute]?.some((value) => value < least || value > most),
  )
}
