import {
  hoursWords,
  isAsSigned,
  momentOf,
  type HoursProblem,
  type HoursVerdict,
  type QuietHours,
} from '@interlock/arm'
import type { ArmSession, HoursTold } from '../shared/shapes.ts'

type Moment = Pick<ArmSession, 'now' | 'timeZone'>

/** What the page says of a charger's hours. */
export type HoursShown = {
  /** What rules now. */
  readonly now: string
  /** In force, waiting, to come or refused, and why. */
  readonly state: string
  /** By whose word it is so. */
  readonly proof: string
  /** Somebody on the way has told what was not signed, or altered what was. */
  readonly isAlarm: boolean
}

/** What a server has told, as far as what was signed bears it out. What was signed goes before. */
export function hoursShown(told: HoursTold, moment: Moment, verdict: HoursVerdict): HoursShown {
  const state = stateSentence(told, moment)
  if (!verdict.ok) {
    const isAlarm = !silences.has(verdict.problem)
    return { now: nowSentence(told.quiet), state, proof: problemWords[verdict.problem], isAlarm }
  }
  const { hours } = verdict
  const signed = momentOf(hours.at, moment.now, moment.timeZone)
  const now = nowSentence(hours.quiet)
  if (isAsSigned(told, hours)) {
    const held = hours.offered === undefined ? '' : ' That it holds them, it has still to say.'
    const proof = `The charger signed this at ${signed}, and its supervisor confirmed it; this device has checked both.${held}`
    return { now, state, proof, isAlarm: false }
  }
  const next =
    hours.next === undefined
      ? ''
      : ` To come: ${wordsOf(hours.next.quiet)}, from ${momentOf(hours.next.from, moment.now, moment.timeZone)}.`
  return {
    now,
    state: `That is what the charger signed at ${signed} and its supervisor confirmed.${next}`,
    proof: `The server said otherwise: “${nowSentence(told.quiet)} ${state}” Nobody has signed that. Look at the charger’s own display.`,
    isAlarm: true,
  }
}

/** Of those no one is to be blamed. */
const silences: ReadonlySet<HoursProblem> = new Set(['NothingSigned', 'SupervisorUnknown'])

const problemWords: Readonly<Record<HoursProblem, string>> = {
  NothingSigned:
    'Nothing signed has come with this: it is the server’s word alone. The sure way is the charger’s own display.',
  SupervisorUnknown:
    'This device cannot check it, so it is the server’s word alone. Enrol this device again to have it checked.',
  SignatureInvalid:
    'What came as signed does not carry the signature of the supervisor that this device knows, so do not rely on it. Look at the charger’s own display; if the supervisor has a new key, enrol this device again.',
  AnotherCharger:
    'What came as signed is about another charger, so do not rely on it. Look at the charger’s own display.',
  Unreadable:
    'What came as signed cannot be read, so do not rely on it. Look at the charger’s own display.',
  Older:
    'This device has seen a later statement of this charger than the one that came now, so do not rely on it. Look at the charger’s own display.',
}

const wordsOf = (quiet: readonly QuietHours[]): string =>
  quiet.length === 0 ? 'no such hours' : hoursWords(quiet)

const nowSentence = (quiet: readonly QuietHours[]): string =>
  quiet.length === 0
    ? 'It may charge by itself at any time.'
    : `It does not charge by itself ${hoursWords(quiet)}.`

const stateSentences: Readonly<Record<HoursTold['state'], (wish: string, why: string) => string>> =
  {
    inForce: () => 'These hours are in force.',
    waiting: (wish) =>
      `Waiting for confirmation: ${wish}. Until the supervisor has confirmed it, the hours above stay.`,
    acknowledged: (wish) => `Confirmed: ${wish}.`,
    refused: (wish, why) =>
      `Refused: ${wish}, because ${why}. The hours above stay; choose others, or press Start at the charger for one charge.`,
  }

function stateSentence(told: HoursTold, { now, timeZone }: Moment): string {
  const { state, wants = [], from, reason = '' } = told
  const begin = from === undefined ? '' : `, from ${momentOf(from, now, timeZone)}`
  const why = refusedWords[reason] ?? 'the supervisor could not grant it'
  return stateSentences[state](`${wordsOf(wants)}${begin}`, why)
}

const refusedWords: Readonly<Record<string, string>> = {
  BudgetExceeded: 'too many homes would start or stop together at that hour this week',
  PlausibilityFailed: 'they would start and stop the charger too often',
}
