import {
  answeredTo,
  checkFreshNumber,
  freshNumberMillisMax,
  identifications,
  identify,
  statusRefusal,
  type DriverProof,
  type DriverRefusal,
  type KeyStatement,
  type Strength,
} from '@interlock/driver'
import { ok, type Crypto, type Instant } from '@interlock/kernel'
import type { FindingKind } from './findings.ts'
import {
  cloneIn,
  laterToldBefore,
  seenOf,
  withResponse,
  type Responses,
  type SeenResponse,
} from './seen-responses.ts'

export type Place = { readonly latitude: number; readonly longitude: number }

/** A token at a reader, as the operator of the station reports it. */
export type Sighting = {
  readonly uid: string
  readonly station: string
  /** Organisation of the operator. */
  readonly operator: string
  readonly at: Instant
  readonly place?: Place
  readonly proof?: DriverProof
  /** Told after the station was offline: when it was is the station's word, and so it is hearsay. */
  readonly isLate?: boolean
  /** A token of the operator's own, which need not be registered: to show it is no guess. */
  readonly isOperators?: boolean
}

/** What is remembered of a token. JSON values only. */
export type TokenTrace = {
  readonly responses?: Responses
  readonly last?: Seen & { readonly at: Instant; readonly place?: Place }
  /** Where it charges. */
  readonly inUse?: Seen & { readonly since: Instant }
}
type Seen = {
  readonly reader: string
  /** By the key of the card; else it is the word of that reader's operator alone. */
  readonly isProved?: true
}
type Where = Pick<Sighting, 'operator' | 'station'>
/** Names of stations are those of their operator. */
export const readerOf = ({ operator, station }: Where): string => `${operator} ${station}`
/** No organisation has a space in its name. */
function whereOf(reader: string): Where {
  const end = reader.indexOf(' ')
  return { operator: reader.slice(0, end), station: reader.slice(end + 1) }
}
/** Attempts that failed, within one span. */
export type Failures = { readonly count: number; readonly since: Instant }
/** With the token at one operator, and at the reader: what one operator reports locks nobody elsewhere. */
export type Failed = {
  readonly token: Failures | undefined
  readonly reader: Failures | undefined
}
export const noFailures: Failed = { token: undefined, reader: undefined }

export const sightingRules = {
  /** Failures of one token in a span, and at one reader, before it is locked. */
  tokenFailuresMax: 5,
  readerFailuresMax: 20,
  /** Unknown tokens whose keys one party asks for in a span: of all its chargers, which ask for each card. */
  askedUnknownMax: 500,
  /** The span, and how long a lock lasts. */
  spanMillis: 15 * 60_000,
  /** Faster than this between two places is no journey; what is nearer than so many km is one place. */
  travelKmPerHourMax: 250,
  samePlaceKm: 5,
  /** After this a token is not taken to charge any more, whatever was not reported. */
  useMillisMax: 48 * 3_600_000,
  /** Responses of one card that are remembered. */
  seenMax: 32,
  /** By how much what is told of a card may overtake what was told of it before, and the register's clock be put back. */
  skewMillisMax: 60_000,
  /** For how long the operator that told of a fresh response may tell of it again: a tap, then the vehicle. */
  againMillisMax: 15 * 60_000,
  /** How old a number of the register's may be when what was answered to it is told first. */
  freshNumberMillisMax,
} as const
export type SightingRules = { readonly [Name in keyof typeof sightingRules]: number }

export type Judged = {
  readonly verdict:
    | { readonly ok: true; readonly strength: Strength }
    | { readonly ok: false; readonly reason: DriverRefusal }
  readonly trace: TokenTrace
  readonly failed: Failed
  readonly found: readonly Found[]
}
/** At the station of the sighting, unless it says where else. */
type Found = { readonly kind: FindingKind; readonly detail?: string; readonly where?: Where }

/**
 * Judges one sighting: who is locked, what the proof is worth, and whether one token can be where it was.
 *
 * @param statement what the register says of the token; `undefined` where nobody registered it
 * @param now by the register's clock, which locks and fresh numbers go by; what happened when, is for the report to say
 */
export function judgeSighting(
  sighting: Sighting,
  statement: KeyStatement | undefined,
  { trace, failed: before }: Remembered,
  now: Instant,
  { crypto, freshKey }: JudgedWith,
  rules: SightingRules = sightingRules,
): Judged {
  const token = inSpan(before.token, now, rules)
  const reader = inSpan(before.reader, now, rules)
  const held = { trace, failed: { token, reader } }
  const no = (reason: DriverRefusal): Judged => ({
    ...held,
    verdict: { ok: false, reason },
    found: [],
  })
  if (reader !== undefined && reader.count >= rules.readerFailuresMax) return no('ReaderLocked')
  if (token !== undefined && token.count >= rules.tokenFailuresMax) return no('TokenLocked')

  const judged = worth(sighting, statement, trace, { crypto, freshKey, now, rules })
  if (!judged.ok) {
    // A token that its issuer has taken back fails nothing by being shown.
    const gone = statement !== undefined && statusRefusal(statement.status) === judged.reason
    const isOwn = judged.reason === 'TokenUnknown' && sighting.isOperators === true
    return gone || isOwn ? no(judged.reason) : countFailure(judged, { ...held, now, rules })
  }
  const verdict = { ok: true, strength: judged.strength } as const
  if (judged.isRepeat) return { ...held, verdict, found: [] }
  const doubts = doubtsOf(sighting, trace, rules)
  const found = doubts.filter((doubt) => countsAgainst(doubt, sighting))
  // What is in doubt is not remembered: told again, it is judged again.
  if (found.length > 0)
    return {
      ...held,
      verdict: { ok: false, reason: 'TokenElsewhere' },
      found: found.map(({ kind, detail }) => ({ kind, detail })),
    }
  const next = moved(trace, sighting, judged.strength === 'VERIFIED')
  const { proved } = judged
  const { seenMax } = rules
  const kept: TokenTrace = proved
    ? { ...next, responses: withResponse(trace.responses, proved.response, proved.key, seenMax) }
    : next
  return { ...held, verdict, trace: kept, found: doubts.slice(0, 1).flatMap(differing) }
}

/**
 * Whether a sighting turns the token away elsewhere: where it is the same operator's, or where a key proves that it charges
 * there. A key does not prove where a station is. One operator's word against another's takes no driver's card away; it is
 * found of both.
 */
const countsAgainst = ({ kind, seen }: Doubt, { operator }: Sighting): boolean =>
  whereOf(seen.reader).operator === operator || (kind === 'ConcurrentUse' && seen.isProved === true)

const differing = ({ seen, detail }: Doubt): readonly Found[] => [
  { kind: 'OperatorsDiffer', detail },
  { kind: 'OperatorsDiffer', where: whereOf(seen.reader) },
]

export type JudgedWith = {
  readonly crypto: Crypto
  /** Of the numbers that this register gives out. */
  readonly freshKey: Uint8Array
}
export type Remembered = { readonly trace: TokenTrace; readonly failed: Failed }

/** Whoever agrees to something may charge elsewhere meanwhile. */
const isCharge = ({ proof }: Sighting): boolean =>
  proof === undefined || proof.challenge.purpose === 'charge'

/**
 * Whether a number of ours says when the card answered. Without one the moment is the reader's, who may have had the card
 * long before: such a response, and whatever is told late, is hearsay.
 */
const isNumbered = ({ proof, isLate }: Sighting): boolean =>
  isLate !== true && proof?.challenge.fresh !== undefined

/** It is here now; a report that comes late moves nothing. */
function moved(trace: TokenTrace, sighting: Sighting, isProved: boolean): TokenTrace {
  const { at, place } = sighting
  if (trace.last !== undefined && at < trace.last.at) return trace
  const reader = readerOf(sighting)
  const seen: Seen = { reader, ...(isProved && { isProved }) }
  const last = { ...seen, at, ...(place && { place }) }
  if (!isCharge(sighting)) return { ...trace, last }
  return {
    ...trace,
    last,
    inUse: trace.inUse?.reader === reader ? trace.inUse : { ...seen, since: at },
  }
}

/** The charge with the token at that reader has ended. */
export function endUse(trace: TokenTrace, reader: string): TokenTrace {
  const { inUse, ...rest } = trace
  return inUse?.reader === reader ? rest : trace
}

type Worth =
  | {
      readonly ok: true
      readonly strength: Strength
      readonly isRepeat?: true
      /** A response that the key of the token has made, and which is new. */
      readonly proved?: { readonly key: string; readonly response: SeenResponse }
    }
  | {
      readonly ok: false
      readonly reason: DriverRefusal
      readonly kind?: FindingKind | undefined
      readonly detail?: string
    }

/**
 * The proof alone, which has to be of the moment of the sighting: by our number in it, whatever the station's clock says,
 * or else by the moment that it names. A response is told more than once: for Authorize, and
 * for each event. The counts of one card rise, in whichever order they are reported; those of two do not.
 */
function worth(
  sighting: Sighting,
  statement: KeyStatement | undefined,
  trace: TokenTrace,
  judging: Judging,
): Worth {
  const { crypto, now, rules } = judging
  const { uid, station, operator, at, proof, isLate } = sighting
  if (statement === undefined) return { ok: false, reason: 'TokenUnknown' }
  const { key } = statement
  const seen = seenOf(trace.responses, key)
  const challenge = proof && answeredTo(proof, crypto)
  const told = seen.find((each) => each.counter === proof?.counter && each.challenge === challenge)
  const isAgain =
    told !== undefined &&
    told.operator === operator &&
    told.isLate !== true &&
    Math.abs(at - told.toldAt) <= rules.againMillisMax
  const isByNumber = isNumbered(sighting)
  const moment = (isAgain || isByNumber) && proof !== undefined ? proof.challenge.at : at
  const expected = { station, at: moment, purpose: proof?.challenge.purpose ?? 'charge' } as const
  const shown = { uid, ...(proof && { proof }) }
  const judged = identify(shown, statement, expected, undefined, crypto)
  if (!judged.ok) return { ok: false, reason: judged.reason, kind: findingOf[judged.reason] }
  const hearsay = identifications.staticUid.strength
  // What no key was asked about is nobody's response.
  if (proof === undefined || challenge === undefined || key === null)
    return { ok: true, strength: hearsay }

  if (told !== undefined && told.operator !== operator) return replayed('ReplayedResponse')
  const number = isByNumber && !isAgain ? numberIn(sighting, proof, judging) : ok(undefined)
  const response = { counter: proof.counter, challenge }
  const issuedAt = number.ok ? number.value : undefined
  const clone = cloneIn(seen, response, issuedAt, rules.skewMillisMax)
  if (clone !== undefined) return replayed('ClonedCard', clone)
  if (!number.ok) return { ...number, kind: findingOf[number.reason] }
  const strength = isByNumber ? judged.value.strength : hearsay
  if (told !== undefined) return { ok: true, strength, isRepeat: true }
  const doubt = doubtOfCount(proof.counter, seen, isLate === true, judging)
  if (doubt !== undefined) return doubt
  const late = isLate === true ? ({ isLate } as const) : {}
  const kept = { ...response, station, operator, toldAt: now, ...late }
  return { ok: true, strength, proved: { key, response: kept } }
}

const replayed = (kind: FindingKind, detail?: string): Extract<Worth, { readonly ok: false }> => ({
  ok: false,
  reason: 'ProofReplayed',
  kind,
  ...(detail !== undefined && { detail }),
})

/** When our number in the challenge was given out; `undefined` where there is none. */
function numberIn(
  sighting: Sighting,
  { challenge: { fresh } }: DriverProof,
  { crypto, freshKey, now, rules }: Judging,
) {
  const max = rules.freshNumberMillisMax
  return fresh === undefined
    ? ok(undefined)
    : checkFreshNumber(fresh, sighting, now, freshKey, crypto, max)
}

/** Why a response that proves no clone is not taken all the same. */
function doubtOfCount(
  counter: number,
  seen: readonly SeenResponse[],
  isLate: boolean,
  { now, rules }: Judging,
): Worth | undefined {
  // When a late one was is the station's word, so its place among the others accuses nobody.
  const later = isLate ? undefined : laterToldBefore(seen, counter, now - rules.skewMillisMax)
  if (later !== undefined)
    return replayed('CountOutOfOrder', `count ${counter}, after ${later.counter}`)
  // Older than anything remembered: nobody can say any more whether it was used.
  const isForgotten = seen.length >= rules.seenMax && counter < (seen[0]?.counter ?? 0)
  return isForgotten ? replayed('ReplayedResponse') : undefined
}

const findingOf: Partial<Readonly<Record<DriverRefusal, FindingKind>>> = {
  ProofMissing: 'CopiedNumber',
  ProofInvalid: 'ForgedKey',
  ProofElsewhere: 'ReplayedResponse',
  ProofStale: 'ReplayedResponse',
  FreshNumberOld: 'ReplayedResponse',
}
type Before = Remembered & { readonly now: Instant; readonly rules: SightingRules }
type Judging = JudgedWith & Pick<Before, 'now' | 'rules'>

function countFailure(
  { reason, kind, detail }: Extract<Worth, { readonly ok: false }>,
  { trace, failed, now, rules }: Before,
): Judged {
  const reader = onceMore(failed.reader, now)
  // A number that nobody has registered is a guess: it counts for the reader.
  const token = reason === 'TokenUnknown' ? failed.token : onceMore(failed.token, now)
  const isLocked = token !== failed.token && token?.count === rules.tokenFailuresMax
  const found = [
    ...(kind === undefined ? [] : [{ kind, ...(detail !== undefined && { detail }) }]),
    ...(isLocked ? [{ kind: 'TokenGuessed' } as const] : []),
    ...(reader.count === rules.readerFailuresMax ? [{ kind: 'ReaderGuessed' } as const] : []),
  ]
  return { verdict: { ok: false, reason }, trace, failed: { token, reader }, found }
}

export const inSpan = (
  failures: Failures | undefined,
  now: Instant,
  { spanMillis }: SightingRules,
): Failures | undefined =>
  failures !== undefined && now - failures.since < spanMillis ? failures : undefined

export const onceMore = (failures: Failures | undefined, now: Instant): Failures => ({
  count: (failures?.count ?? 0) + 1,
  since: failures?.since ?? now,
})

type Doubt = { readonly kind: FindingKind; readonly detail: string; readonly seen: Seen }

/** Why one token cannot be here, where the last one was. */
function doubtsOf(
  sighting: Sighting,
  { last, inUse }: TokenTrace,
  rules: SightingRules,
): readonly Doubt[] {
  const { at, place } = sighting
  const found: Doubt[] = []
  const charges = inUse !== undefined && at >= inUse.since && at - inUse.since < rules.useMillisMax
  if (charges && isCharge(sighting) && inUse.reader !== readerOf(sighting))
    found.push({ kind: 'ConcurrentUse', detail: `charges at ${inUse.reader}`, seen: inUse })
  if (last?.place === undefined || place === undefined) return found
  const km = distanceKm(last.place, place)
  const hours = Math.abs(at - last.at) / 3_600_000
  if (km > rules.samePlaceKm && km > hours * rules.travelKmPerHourMax)
    found.push({
      kind: 'ImpossibleTravel',
      detail: `${Math.round(km)} km from ${last.reader} in ${Math.round(hours * 60)} min`,
      seen: last,
    })
  return found
}

const earthRadiusKm = 6_371
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Along the great circle (haversine). */
export function distanceKm(one: Place, other: Place): number {
  const [a, b] = [radians(one.latitude), radians(other.latitude)]
  const [dLat, dLon] = [b - a, radians(other.longitude - one.longitude)]
  const half = Math.sin(dLat / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dLon / 2) ** 2
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(half)))
}

/** Times that a report may name: not of a time to come, and not older than its queue may be. */
export const reportMillisMax = 7 * 24 * 3_600_000
export const isReportable = (at: number, now: Instant): boolean =>
  at <= now + 60_000 && at > now - reportMillisMax
