import { copyOf, fromBase64, fromBase64Url, toBase64Url, utf8 } from './bytes.ts'
import { areSameHours, type QuietHours } from './hours.ts'
import type { PinnedHome } from './store.ts'

/** A flattened JWS (RFC 7515 §7.2.2). */
type Jws = { readonly payload: string; readonly protected: string; readonly signature: string }
/** A charger's statement, and its supervisor's answer about it; as they came, verified by nobody. */
export type HoursWord = { readonly statement: Jws; readonly acknowledgement: Jws }

type Coming = { readonly quiet: readonly QuietHours[]; readonly from: number }

/** What a charger has signed of its hours and its supervisor has confirmed, as it counts now. */
export type SignedHours = {
  /** Of the last statement; a later one has a higher. */
  readonly counter: number
  /** When that was signed, ms since 1970. */
  readonly at: number
  /** In force. */
  readonly quiet: readonly QuietHours[]
  /** What the charger holds and is to begin. */
  readonly next?: Coming
  /** What the supervisor has confirmed, while the charger has not said yet that it holds it. */
  readonly offered?: Coming
  /** What the supervisor has refused. */
  readonly refused?: { readonly quiet: readonly QuietHours[]; readonly reason: string }
}

export type HoursProblem =
  | 'NothingSigned'
  | 'SupervisorUnknown'
  | 'SignatureInvalid'
  | 'AnotherCharger'
  | 'Unreadable'
  | 'Older'
export type HoursVerdict =
  | { readonly ok: true; readonly hours: SignedHours }
  | { readonly ok: false; readonly problem: HoursProblem }

/** What every charger is sold with (regulation 10 of SI 2021/1467). */
export const soldQuietHours: readonly QuietHours[] = [
  { weekdays: [1, 2, 3, 4, 5], fromHour: 8, untilHour: 11 },
  { weekdays: [1, 2, 3, 4, 5], fromHour: 16, untilHour: 22 },
]

const wordsMax = 3
const partCharsMax = 32_768

/**
 * Verifies what has come with a charger's hours, the latest statement first, by the supervisor's key that this device
 * has pinned. The supervisor signs the digest of a statement only after it has verified the charger that signed it, so
 * one key is enough here.
 */
export async function verifyHours(
  words: readonly HoursWord[],
  home: Pick<PinnedHome, 'stationEui' | 'supervisorKey' | 'hoursSeen'>,
  now: number,
): Promise<HoursVerdict> {
  const seen = home.hoursSeen ?? 0
  if (home.supervisorKey === undefined) return no('SupervisorUnknown')
  if (words.length === 0) return no(seen > 0 ? 'Older' : 'NothingSigned')
  try {
    const key = await supervisorKey(home.supervisorKey)
    const said: Answered[] = []
    for (const word of words.slice(0, wordsMax)) {
      const answered = await readWord(word, key)
      if (typeof answered === 'string') return no(answered)
      if (answered.station !== home.stationEui) return no('AnotherCharger')
      said.push(answered)
    }
    const hours = hoursBy(said, now)
    if (hours === undefined) return no('Unreadable')
    return hours.counter < seen ? no('Older') : { ok: true, hours }
  } catch {
    return no('Unreadable')
  }
}

const no = (problem: HoursProblem): HoursVerdict => ({ ok: false, problem })

/** What a server says of them without a signature. */
export type HoursClaim = {
  readonly state: 'inForce' | 'waiting' | 'acknowledged' | 'refused'
  readonly quiet: readonly QuietHours[]
  readonly wants?: readonly QuietHours[]
  readonly from?: number
  readonly reason?: string
}

/** Whether a claim is what was signed. That somebody waits is no hours yet: nothing can be signed about it. */
export function isAsSigned(claim: HoursClaim, signed: SignedHours): boolean {
  const { state, quiet, wants = [], from } = claim
  if (!areSameHours(quiet, signed.quiet)) return false
  const coming = signed.next ?? signed.offered
  switch (state) {
    case 'inForce':
      return signed.next === undefined
    case 'waiting':
      return true
    case 'acknowledged':
      return coming !== undefined && coming.from === from && areSameHours(coming.quiet, wants)
    case 'refused':
      return (
        signed.refused !== undefined &&
        signed.refused.reason === claim.reason &&
        areSameHours(signed.refused.quiet, wants)
      )
  }
}

/** A statement and what became of it, both verified. */
type Answered = {
  readonly station: string
  readonly counter: number
  readonly holds: number
  readonly at: number
  readonly wants: Coming | null
  readonly verdict: 'acknowledged' | 'refused'
  readonly reason: string | null
}

/** Undefined when a statement is missing on which the last one rests. */
function hoursBy(said: readonly Answered[], now: number): SignedHours | undefined {
  const [last] = said
  if (last === undefined) return undefined
  const held = heldBy(last, said, now)
  if (held === undefined) return undefined
  const { counter, at, wants, verdict, reason } = last
  const hours = { counter, at, ...held }
  if (wants === null) return hours
  if (verdict === 'refused')
    return { ...hours, refused: { quiet: wants.quiet, reason: reason ?? '' } }
  return { ...hours, offered: wants }
}

function heldBy(
  { holds }: Answered,
  said: readonly Answered[],
  now: number,
): Pick<SignedHours, 'quiet' | 'next'> | undefined {
  if (holds === 0) return { quiet: soldQuietHours }
  const held = said.find(({ counter, verdict }) => counter === holds && verdict === 'acknowledged')
  if (held?.wants == null || held.holds >= held.counter) return undefined
  if (now >= held.wants.from) return { quiet: held.wants.quiet }
  // Nothing is granted before the last has begun, so what rules until then has begun.
  const before = heldBy(held, said, held.wants.from)
  return before === undefined ? undefined : { quiet: before.quiet, next: held.wants }
}

/** The statement is read only once the supervisor's signature is known to be about exactly these bytes. */
async function readWord(
  { statement, acknowledgement }: HoursWord,
  key: CryptoKey,
): Promise<Answered | HoursProblem> {
  const signature = fromBase64Url(acknowledgement.signature)
  if (!(await crypto.subtle.verify(ecdsa, key, signature, signedBytes(acknowledgement))))
    return 'SignatureInvalid'
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', signedBytes(statement)))
  const answer = bodyOf(acknowledgement, 'interlock-hours-acknowledgement')
  if (answer['digest'] !== toBase64Url(digest)) return 'SignatureInvalid'
  const { station, counter, holds, wants, at } = bodyOf(statement, 'interlock-hours')
  const { verdict, reason } = answer
  if (answer['station'] !== station || answer['counter'] !== counter) return 'Unreadable'
  // As the supervisor has read it, who signs about nothing that has another shape.
  return { station, counter, holds, wants, at, verdict, reason } as Answered
}

const ecdsa = { name: 'ECDSA', hash: 'SHA-256' }

const supervisorKey = (spki: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('spki', fromBase64(spki), { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'verify',
  ])

function signedBytes(jws: Jws): Uint8Array<ArrayBuffer> {
  if (jws.protected.length > partCharsMax || jws.payload.length > partCharsMax)
    throw new TypeError('too long')
  return utf8(`${jws.protected}.${jws.payload}`)
}

/** @throws TypeError or SyntaxError when it is not an object of that type. */
function bodyOf(jws: Jws, type: string): Readonly<Record<string, unknown>> {
  if (json(jws.protected)['typ'] !== type) throw new TypeError(`not ${type}`)
  return json(jws.payload)
}

function json(part: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(new TextDecoder().decode(copyOf(fromBase64Url(part))))
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object')
  return value as Readonly<Record<string, unknown>>
}
