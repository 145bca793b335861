import { kilowatts, momentOf } from '@interlock/arm'
import type {
  BreachShown,
  FeederDayShown,
  FeederSumsShown,
  ProviderShown,
} from '@interlock/contract'
import type { Telling } from './sentences.ts'
import type { OpenData } from './shared/shapes.ts'

/** Every sentence the console says of a distribution operator's feeders. */

type Day = NonNullable<FeederDayShown['day']>
export const blockMillis = 15 * 60_000

/** Which block of the day it is now; the last one where the day is over. */
const blockNow = ({ from, forecastWatts }: Day, now: number): number =>
  Math.max(
    0,
    Math.min(forecastWatts.length - 1, Math.floor((now - Date.parse(from)) / blockMillis)),
  )
const startOf = ({ from }: Day, block: number): number => Date.parse(from) + block * blockMillis

/** What the feeder bears now, and where it is tightest. */
export function tellDay(
  { group, ratedWatts, day, problem }: FeederDayShown,
  telling: Telling,
): string {
  const { now, timeZone } = telling
  if (day === null)
    return problem === null
      ? `Nothing has been forecast for ${group} yet.`
      : `Operators are told nothing of ${group}: ${problem.words}. They have their fallbacks.`
  const block = blockNow(day, now)
  const coming = day.spareWatts.slice(block)
  const least = Math.min(...coming)
  const when = startOf(day, block + coming.indexOf(least))
  const spare = `${group} has ${kilowatts(day.spareWatts[block] ?? 0)} to spare for cars now, of the ${kilowatts(ratedWatts)} that it bears`
  return `${spare}; least from ${momentOf(when, now, timeZone)} on, when it is ${kilowatts(least)}.`
}

/** Why nothing new is told, beside what was told before. */
export const tellStale = ({ day, problem }: FeederDayShown): string =>
  day === null || problem === null
    ? ''
    : `Nothing new is told: ${problem.words}. What was told before counts until it runs out; then operators have their fallbacks.`

/** Whether the forecast earns its place, by the errors it would have made. */
export function tellAccuracy({ errorWatts, marginWatts }: Day): string {
  const { forecast, persistence, previousDay } = errorWatts
  const kept = `${kilowatts(marginWatts)} are kept free for its being wrong.`
  if (forecast === null || persistence === null || previousDay === null)
    return `How wrong the forecast is cannot be told yet; ${kept}`
  const verdict =
    forecast < Math.min(persistence, previousDay)
      ? 'better than both'
      : `worse than ${persistence < previousDay ? 'the first' : 'the second'}`
  return `The forecast has been wrong by ${kilowatts(forecast)} on average; that all stays as it is, by ${kilowatts(persistence)}, and that tomorrow is as today, by ${kilowatts(previousDay)}: it is ${verdict}. ${kept}`
}

export function tellRisk(day: Day, { now, timeZone }: Telling): string {
  const [first] = day.atRisk
  if (first === undefined) return ''
  const when = momentOf(Date.parse(first), now, timeZone)
  const many = day.atRisk.length === 1 ? '' : `, and in ${day.atRisk.length - 1} more blocks`
  return `From ${when}${many} it has less to spare than the fallbacks together: nobody can be told less, so its own operator must act.`
}

/** What one operator of chargers may draw, until when, and what it has anyway. */
export function tellAllotment(
  { provider, contractedWatts, fallbackWatts, watts }: Day['allotments'][number],
  day: Day,
  { now, timeZone }: Telling,
): string {
  const block = blockNow(day, now)
  const may = watts[block] ?? 0
  const next = watts.findIndex((each, at) => at > block && each !== may)
  const until =
    next < 0
      ? 'for the rest of the day ahead'
      : `until ${momentOf(startOf(day, next), now, timeZone)}, then ${kilowatts(watts[next] ?? 0)}`
  const why =
    may < contractedWatts
      ? `the feeder has no more to spare of the ${kilowatts(contractedWatts)} in its contract`
      : 'that is all of its contract'
  return `${provider} may draw ${kilowatts(may)} ${until}: ${why}. While anybody is silent it has ${kilowatts(fallbackWatts)}.`
}

/** How one operator of chargers stands, by OSCP. */
export function tellStanding(provider: ProviderShown, { now, timeZone }: Telling): string {
  const { name, standing, heartbeatAt, offlineModeAt } = provider
  const at = (time: string | null) => time && momentOf(Date.parse(time), now, timeZone)
  const heartbeat =
    heartbeatAt === null
      ? 'no heartbeat has come yet'
      : `its last heartbeat came at ${at(heartbeatAt)}`
  switch (standing) {
    case 'unregistered':
      return `${name} has not registered, so it is told nothing.`
    case 'registered':
      return `${name} has registered and not shaken hands yet, so it is told nothing.`
    case 'heard':
      return `${name} is online: ${heartbeat}, and without another it counts as offline from ${at(offlineModeAt)} on.`
    case 'silent':
      return `${name} is offline since ${at(offlineModeAt)}: ${heartbeat}. Its fallbacks count until it is heard again.`
  }
}

export function tellComplaint(
  { at, blocks, from, until }: ProviderShown['complaints'][number],
  { now, timeZone }: Telling,
): string {
  const moment = (time: string) => momentOf(Date.parse(time), now, timeZone)
  const which =
    from === null || until === null
      ? 'its forecast'
      : `${blocks === 1 ? 'a block' : `${blocks} blocks`} between ${moment(from)} and ${moment(until)}`
  return `At ${moment(at)} it said that it cannot keep ${which}.`
}

/** What the meter of the feeder showed, or an operator said against itself; and who is behind it. */
export function tellBreach(
  { words, excessWatts, providers, reason }: BreachShown,
  from: string,
  { now, timeZone }: Telling,
): string {
  const by = excessWatts === null ? '' : `, by ${kilowatts(excessWatts)}`
  const names = providers.join(', ')
  const who =
    providers.length === 0
      ? ''
      : reason === 'AllotmentExceeded'
        ? ` It is ${names}.`
        : ` ${names} may be behind it: the meter does not tell operators apart.`
  return `At ${momentOf(Date.parse(from), now, timeZone)} ${words}${by}.${who}`
}

/** What all cars of the feeder draw together, and of how many homes that is. */
export function tellSum({ powers, status }: FeederSumsShown, { now, timeZone }: Telling): string {
  const last = powers.at(-1)
  const why = status.problem === null ? '' : ` There is no newer sum: ${status.problem.words}.`
  if (last === undefined)
    return status.problem === null
      ? `No sum yet: ${status.members} chargers are on the list, and the first round is not over.`
      : `No sum yet: ${status.problem.words}.`
  const { at, watts, stations } = last
  const does = watts < 0 ? `feed in ${kilowatts(-watts)}` : `draw ${kilowatts(watts)}`
  const when = momentOf(Date.parse(at), now, timeZone)
  return `The cars at ${stations} homes ${does} together, at ${when}.${why}`
}

/** Who was not heard in the latest round, and who else is left out for that. */
export function tellMissing({ rounds, status }: FeederSumsShown): string {
  const last = rounds.at(-1)
  if (last === undefined) return ''
  const { missing, stations } = last
  if (missing.length === 0)
    return last.problem === null ? 'All of them answered in the latest round.' : ''
  const names = missing.slice(0, namesMax).join(', ')
  const more = missing.length > namesMax ? ` and ${missing.length - namesMax} more` : ''
  const others = status.members - stations - missing.length
  const hidden =
    stations > 0 && others > 0
      ? ` ${others} others are left out with ${missing.length === 1 ? 'it' : 'them'}, so that no difference of two sums tells of few homes.`
      : ''
  return `Not heard in the latest round: ${names}${more}.${hidden}`
}
const namesMax = 5

/** Rounds without a sum, by reason, most frequent first. */
export function refusedRounds({
  rounds,
}: Pick<FeederSumsShown, 'rounds'>): readonly RefusedRounds[] {
  const groups = new Map<string, RefusedRounds>()
  for (const { at, problem } of rounds) {
    if (problem === null) continue
    const { reason, words } = problem
    groups.set(reason, { reason, words, count: (groups.get(reason)?.count ?? 0) + 1, latest: at })
  }
  return [...groups.values()].toSorted((one, other) => other.count - one.count)
}
export type RefusedRounds = {
  readonly reason: string
  readonly words: string
  readonly count: number
  /** When the latest of them began. */
  readonly latest: string
}

export function tellRounds(sums: FeederSumsShown): string {
  const { rounds } = sums
  const without = rounds.filter(({ problem }) => problem !== null).length
  if (rounds.length === 0) return 'No round has ended since the operator started.'
  return without === 0
    ? `Each of the latest ${rounds.length} rounds has its sum.`
    : `Rounds without a sum: ${without} of the latest ${rounds.length}.`
}

/** What everybody may know, and why not more. */
export function tellOpenData({ groupMin, rows, below }: OpenData): string {
  const rule = `Each row is of at least ${groupMin} homes whose owners agreed, of a whole region and day, two days late, rounded.`
  const withheld = below === 0 ? '' : ` Rows of fewer homes, which are not shown: ${below}.`
  return rows.length === 0
    ? `Nothing is published yet: too few owners have agreed. ${rule}${withheld}`
    : `${rule}${withheld}`
}
