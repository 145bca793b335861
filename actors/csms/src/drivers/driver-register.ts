import {
  driverRefusals,
  Findings,
  readFreshNumber,
  readKeyStatement,
  strengths,
  type DriverProof,
  type DriverRefusal,
  type Finding,
  type SignedKeyStatement,
  type Strength,
} from '@interlock/driver'
import type { HttpClient } from '@interlock/host'
import { Fault, ok, refused, toIso, type Instant, type Outcome } from '@interlock/kernel'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

/** A token at a reader of ours. */
export type Sighting = {
  readonly uid: string
  readonly station: string
  readonly at: Instant
  readonly proof?: DriverProof
  /** The station was offline: when it was is its own word. */
  readonly isLate?: true
  /** We know the token ourselves: to show it is no guess. */
  readonly isOperators?: true
}

/** The central register of driver tokens. Each throws Fault `PeerUnavailable` when it does not answer. */
export type DriverRegister = {
  /** What it says of a token's key, signed, for a charger; `undefined` where nobody registered it. */
  statement(uid: string): Promise<SignedKeyStatement | undefined>
  /** For a tap that is about to be at that station; refused where it has asked for more than cards are held to readers. */
  freshNumber(station: string, now: Instant): Promise<Outcome<string, 'RateExceeded'>>
  see(sighting: Sighting): Promise<Outcome<Strength, DriverRefusal>>
  /** The charge with the token at that station has ended. */
  end(uid: string, station: string): Promise<void>
  /** What it has found of cards at our stations, after the finding of that number; the oldest first. */
  findings(after: number): Promise<readonly Finding[]>
}

const Verdict = Compile(
  Type.Union([
    Type.Object({ ok: Type.Literal(true), strength: Type.Enum([...strengths]) }),
    Type.Object({
      ok: Type.Literal(false),
      reason: Type.Enum(Object.keys(driverRefusals) as DriverRefusal[]),
    }),
  ]),
)

/** A charger waits for Authorize; whoever does not answer by then does not count. */
export const registerMillisMax = 5_000

/** Of one station: the register answers an operator so many a minute, and none shall use up the others'. */
export const freshNumbersPerMinuteMax = 60

/** Degrees, as OCPI writes them. */
type Coordinates = { readonly latitude: string; readonly longitude: string }

/** @param places by station, where that is known: the register finds tokens that travel faster than anybody */
export function driverRegister(
  http: HttpClient,
  url: string,
  places: ReadonlyMap<string, Coordinates>,
): DriverRegister {
  const unusable = (status: number): Fault =>
    new Fault('PeerUnavailable', `the register of driver tokens answered ${status}`)
  const mayDraw = createPace()
  return {
    async statement(uid) {
      const path = `/cir/1.0/tokens/${encodeURIComponent(uid)}/key`
      const { status, body } = await http.request('GET', `${url}${path}`)
      if (status === 404) return undefined
      const statement = status === 200 ? readKeyStatement(body) : undefined
      if (statement === undefined) throw unusable(status)
      return statement
    },
    async freshNumber(station, now) {
      if (!mayDraw(station, now)) return refused('RateExceeded')
      const { status, body } = await http.request('POST', `${url}/cir/1.0/fresh-numbers`, {
        station,
      })
      const number = status === 200 ? readFreshNumber(body) : undefined
      if (number === undefined) throw unusable(status)
      return ok(number)
    },
    async see({ at, ...sighting }) {
      const where = places.get(sighting.station)
      const place = where && {
        latitude: Number(where.latitude),
        longitude: Number(where.longitude),
      }
      const told = { ...sighting, at: toIso(at), ...(place && { place }) }
      const { status, body } = await http.request('POST', `${url}/cir/1.0/sightings`, told)
      if (status !== 200 || !Verdict.Check(body)) throw unusable(status)
      return body.ok ? ok(body.strength) : refused(body.reason)
    },
    async end(uid, station) {
      const { status } = await http.request('POST', `${url}/cir/1.0/ends`, { uid, station })
      if (status !== 204) throw unusable(status)
    },
    async findings(after) {
      const { status, body } = await http.request('GET', `${url}/cir/1.0/findings?after=${after}`)
      if (status !== 200 || !Findings.Check(body)) throw unusable(status)
      return body.findings
    },
  }
}

/** Counts by station within the minute, and forgets them with it: stations that are connected, and no more. */
function createPace() {
  const counts = new Map<string, number>()
  let current = NaN
  return (station: string, now: Instant): boolean => {
    const minute = Math.floor(now / 60_000)
    if (minute !== current) counts.clear()
    current = minute
    const count = (counts.get(station) ?? 0) + 1
    counts.set(station, count)
    return count <= freshNumbersPerMinuteMax
  }
}
