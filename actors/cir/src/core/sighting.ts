import {
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
import type { Crypto, Instant } from '@interlock/kernel'
import type { FindingKind } from './findings.ts'

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

/** A response that was accepted. */
export type SeenResponse = {
  readonly counter: number
  readonly signature: string
  readonly station: string
  /** Two operators may give their stations one name, so a response is of the operator that first told of it. */
  readonly operator: string
  readonly at: Instant
  readonly isLate?: true
}

/** What is remembered of a token. JSON values only. */
export type TokenTrace = {
  /** The latest responses by their count, oldest first. */
  readonly seen?: readonly SeenResponse[]
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
  /** How far the clocks of two stations may lie apart. */
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
  const next = moved(withResponse(trace, sighting, rules), sighting)
  return { ...held, verdict, trace: next, found: doubts.slice(0, 1).flatMap(differing) }
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

function withResponse(
  trace: TokenTrace,
  { proof, station, operator, at, isLate }: Sighting,
  { seenMax }: SightingRules,
): TokenTrace {
  if (proof === undefined) return trace
  const { counter, signature } = proof
  const response = { counter, signature, station, operator, at }
  const seen = [...(trace.seen ?? []), isLate === true ? { ...response, isLate } : response]
  return { ...trace, seen: seen.sort((a, b) => a.counter - b.counter).slice(-seenMax) }
}

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
function moved(trace: TokenTrace, sighting: Sighting): TokenTrace {
  const { at, place } = sighting
  if (trace.last !== undefined && at < trace.last.at) return trace
  const reader = readerOf(sighting)
  const seen: Seen = { reader, ...(isNumbered(sighting) && { isProved: true }) }
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
  | { readonly ok: true; readonly strength: Strength; readonly isRepeat: boolean }
  | { readonly ok: false; readonly reason: DriverRefusal; readonly kind?: FindingKind }

/**
 * The proof alone, which has to be of the moment of the sighting: by our number in it, whatever the station's clock says,
 * or else by the moment that it names. A response is told more than once: for Authorize, and
 * for each event. The counts of one card rise with time, in whichever order they are reported; those of two do not.
 */
function worth(
  sighting: Sighting,
  statement: KeyStatement | undefined,
  { seen = [] }: TokenTrace,
  { crypto, freshKey, now, rules }: JudgedWith & Pick<Before, 'now' | 'rules'>,
): Worth {
  const { uid, station, operator, at, proof } = sighting
  const { seenMax, skewMillisMax: skew, againMillisMax } = rules
  if (statement === undefined) return { ok: false, reason: 'TokenUnknown' }
  const shown = { uid, ...(proof && { proof }) }
  const same = seen.find(({ counter }) => counter === proof?.counter)
  const isAgain =
    same?.signature === proof?.signature &&
    same?.operator === operator &&
    same.isLate !== true &&
    Math.abs(at - same.at) <= againMillisMax
  const isByNumber = isNumbered(sighting)
  const moment = (isAgain || isByNumber) && proof !== undefined ? proof.challenge.at : at
  const expected = { station, at: moment, purpose: proof?.challenge.purpose ?? 'charge' } as const
  const judged = identify(shown, statement, expected, undefined, crypto)
  if (!judged.ok) return { ok: false, reason: judged.reason, ...foundOf(judged.reason) }
  if (same !== undefined && same.signature === proof?.signature && same.operator !== operator)
    return { ok: false, reason: 'ProofReplayed', kind: 'ReplayedResponse' }
  const number = isByNumber && !isAgain ? proof?.challenge.fresh : undefined
  if (number !== undefined) {
    const max = rules.freshNumberMillisMax
    const given = checkFreshNumber(number, sighting, now, freshKey, crypto, max)
    if (!given.ok) return { ok: false, reason: given.reason, ...foundOf(given.reason) }
  }
  const strength = isByNumber ? judged.value.strength : identifications.staticUid.strength
  if (proof === undefined) return { ok: true, strength, isRepeat: false }
  if (same?.signature === proof.signature) return { ok: true, strength, isRepeat: true }
  const isTornApart = seen.some((each) =>
    each.counter > proof.counter ? each.at + skew < at : each.at > at + skew,
  )
  if (same !== undefined || isTornApart)
    return { ok: false, reason: 'ProofReplayed', kind: 'ClonedCard' }
  // Older than anything remembered: nobody can say any more whether it was used.
  const isForgotten = seen.length >= seenMax && proof.counter < (seen[0]?.counter ?? 0)
  return isForgotten
    ? { ok: false, reason: 'ProofReplayed', kind: 'ReplayedResponse' }
    : { ok: true, strength, isRepeat: false }
}

const findingOf: Partial<Readonly<Record<DriverRefusal, FindingKind>>> = {
  ProofMissing: 'CopiedNumber',
  ProofInvalid: 'ForgedKey',
  ProofElsewhere: 'ReplayedResponse',
  ProofStale: 'ReplayedResponse',
  FreshNumberOld: 'ReplayedResponse',
}
function foundOf(reason: DriverRefusal): { readonly kind?: FindingKind } {
  const kind = findingOf[reason]
  return kind === undefined ? {} : { kind }
}

type Before = Remembered & { readonly now: Instant; readonly rules: SightingRules }

function countFailure(
  { reason, kind }: Extract<Worth, { readonly ok: false }>,
  { trace, failed, now, rules }: Before,
): Judged {
  const reader = onceMore(failed.reader, now)
  // A number that nobody has registered is a guess: it counts for the reader.
  const token = reason === 'TokenUnknown' ? failed.token : onceMore(failed.token, now)
  const isLocked = token !== failed.token && token?.count === rules.tokenFailuresMax
  const found = [
    ...(kind === undefined ? [] : [{ kind }]),
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
