import type { OwnerRevocation } from '@interlock/arm'
import {
  HoursState,
  KnownGuest,
  limits,
  refusals,
  type SignedGuest,
  type SignedHoursChoice,
} from '@interlock/contract'
import type { HttpClient, Running } from '@interlock/host'
import { Fault, inSeconds, type Clock, type Timer } from '@interlock/kernel'
import { Value } from 'typebox/value'
import { Declined, webRefusals, type WebRefusal } from './access.ts'
import { record } from './street.ts'

/** The other actors, as far as people need them. Answers are unparsed; the door is in `street.ts`. */
export interface Upstreams {
  stations(): Promise<unknown>
  tariff(): Promise<unknown>
  /** Who knocks, the latest first, each with what the register says of it. */
  knocks(): Promise<{ knocks: readonly unknown[]; more: boolean }>
  adopt(station: string, adoption: Adoption): Promise<void>
  goal(station: string, goal: { departure: string; energyWattHours: number }): Promise<void>
  trigger(
    station: string,
    trigger: { action: 'start' | 'stop'; arm: string },
  ): Promise<{ status: string; reasonCode?: string }>
  ownerKey(station: string, key: { spki: string; mac: string }): Promise<void>
  /** The owners' keys that the charger knows now, SPKI in base64. */
  ownerKeys(station: string): Promise<readonly string[]>
  revokeOwnerKey(station: string, revocation: OwnerRevocation): Promise<void>
  /** What the charger says of its hours. */
  hours(station: string): Promise<HoursState>
  chooseHours(station: string, choice: SignedHoursChoice): Promise<void>
  /** Whom owners allow to charge there, as the CSMS tells it. */
  guests(station: string): Promise<readonly KnownGuest[]>
  allowGuest(station: string, guest: SignedGuest): Promise<void>
  /** Whether the supervisor's register knows code by its SHA-256, hex. */
  isRegistered(sha256: string): Promise<boolean>
  /** What every actor with an event stream says, as it comes. */
  happenings(onHappening: (happening: unknown) => void): Running
}

/** What an operator says of a charger to be adopted. */
export type Adoption = {
  readonly trustMode: 'supervised' | 'standard'
  readonly securityProfile?: 1 | 2 | 3
  readonly password?: string
}

/** Where a neighbour is, and the client that believes only that neighbour. */
export type Neighbour = { readonly base: string; readonly http: HttpClient }

export function createUpstreams(options: {
  csms: Neighbour
  supervisor: Neighbour
  /** Everyone whose happenings are shown. */
  narrators: readonly Neighbour[]
  wall: Clock
}): Upstreams {
  const { csms, supervisor, narrators, wall } = options
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await csms.http
      .request(method, `${csms.base}/api/v1${path}`, body)
      .catch(unavailable)
    if (answer.status >= 300) throw declinedAs(answer.status, answer.body)
    return answer.body
  }
  const station = (id: string) => `/stations/${encodeURIComponent(id)}`
  const knock = (id: string) => `/knocks/${encodeURIComponent(id)}`
  return {
    stations: () => allOf((query) => call('GET', `/stations?${query}`)),
    tariff: () => call('GET', '/tariff'),
    knocks: async () => {
      const list = record(await call('GET', `/knocks?limit=${knocksShown}`))
      const items: unknown[] = Array.isArray(list['items']) ? list['items'] : []
      const ids = items.map((each) => record(each)['id']).filter((id) => typeof id === 'string')
      // One that has been adopted meanwhile is no news.
      const knocks = ids.map((id) => call('GET', knock(id)).catch(goneAway))
      return { knocks: await Promise.all(knocks), more: list['next'] !== null }
    },
    adopt: async (id, adoption) => void (await call('POST', `${knock(id)}/adoption`, adoption)),
    goal: async (id, goal) => void (await call('POST', `${station(id)}/goal`, goal)),
    ownerKey: async (id, key) => accepted(await call('POST', `${station(id)}/owner-keys`, key)),
    ownerKeys: async (id) => keysOf(await call('GET', `${station(id)}/owner-keys`)),
    revokeOwnerKey: async (id, revocation) =>
      accepted(await call('POST', `${station(id)}/owner-key-revocations`, revocation)),
    hours: async (id) => hoursOf(await call('GET', `${station(id)}/charging-hours`)),
    chooseHours: async (id, choice) =>
      accepted(await call('POST', `${station(id)}/charging-hours`, choice)),
    guests: async (id) => guestsOf(await call('GET', `${station(id)}/guests`)),
    allowGuest: async (id, guest) => accepted(await call('POST', `${station(id)}/guests`, guest)),
    trigger: async (id, trigger) =>
      statusOf(await call('POST', `${station(id)}/triggers`, trigger)),
    isRegistered: async (sha256) => {
      const { base, http } = supervisor
      const answer = await http
        .request('GET', `${base}/api/v1/firmware/${sha256}`)
        .catch(unavailable)
      if (answer.status === 404) return false
      if (answer.status >= 300) throw declinedAs(answer.status, answer.body)
      return true
    },
    happenings: (onHappening) => {
      const streams = narrators.map((each) => follow(each, onHappening, wall))
      return {
        close: async () => void (await Promise.all(streams.map((each) => each.close()))),
      }
    },
  }
}

/** Strangers may be many; who waits to be adopted has come a moment ago. */
const knocksShown = 20

function goneAway(cause: unknown): undefined {
  if (!(cause instanceof Declined && cause.reason === 'NotFound')) throw cause
  return undefined
}

/** As many as a CSMS has, at the most. */
const pagesMax = 20
const pageItems = 1_000

/** A list that comes in pages, whole. */
async function allOf(read: (query: string) => Promise<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = []
  let query = `limit=${pageItems}`
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const { items, next } = ((await read(query)) ?? {}) as Record<string, unknown>
    if (Array.isArray(items)) all.push(...(items as unknown[]))
    if (typeof next !== 'string') break
    query = `limit=${pageItems}&cursor=${encodeURIComponent(next)}`
  }
  return all
}

const againMillis = inSeconds(2)

/** Listens for as long as it is open; a narrator that goes away is asked again. */
function follow(
  { base, http }: Neighbour,
  onHappening: (happening: unknown) => void,
  wall: Clock,
): Running {
  let timer: Timer | undefined
  let stream: Running | undefined
  let closed = false
  const listen = (): void => {
    stream = http.events(`${base}/api/v1/events`, onHappening, () => {
      if (!closed) timer = wall.after(againMillis, `web/follow ${base}`, listen)
    })
  }
  listen()
  return {
    close: async () => {
      closed = true
      timer?.cancel()
      await stream?.close()
    },
  }
}

function statusOf(body: unknown): { status: string; reasonCode?: string } {
  const { status, reasonCode } = (body ?? {}) as Record<string, unknown>
  if (typeof status !== 'string') throw new Declined('Unavailable', 'the answer has no status')
  return typeof reasonCode === 'string' ? { status, reasonCode } : { status }
}

function keysOf(body: unknown): readonly string[] {
  const { keys } = (body ?? {}) as Record<string, unknown>
  const isKey = (each: unknown): each is string => typeof each === 'string' && each.length <= 512
  if (Array.isArray(keys) && keys.length <= limits.ownerKeysMax && keys.every(isKey)) return keys
  throw new Declined('Unavailable', 'the list of keys cannot be read')
}

function hoursOf(body: unknown): HoursState {
  if (Value.Check(HoursState, body)) return body
  throw new Declined('Unavailable', 'the hours cannot be read')
}

function guestsOf(body: unknown): readonly KnownGuest[] {
  const { guests } = (body ?? {}) as Record<string, unknown>
  const isGuest = (each: unknown): each is KnownGuest => Value.Check(KnownGuest, each)
  if (Array.isArray(guests) && guests.every(isGuest)) return guests
  throw new Declined('Unavailable', 'the guests cannot be read')
}

/** A charger may answer politely and refuse: status other than Accepted. */
function accepted(body: unknown): void {
  const { status, reasonCode } = (body ?? {}) as Record<string, unknown>
  if (typeof status === 'string' && status !== 'Accepted')
    throw stationRefused(typeof reasonCode === 'string' ? reasonCode : status)
}

/** In the words of the gate, where it is a reason of the gate. */
export function stationRefused(reason: string): Declined {
  const gate = Object.hasOwn(refusals, reason)
    ? refusals[reason as keyof typeof refusals]
    : undefined
  return new Declined('StationRefused', gate?.words ?? ownerKeyWords[reason] ?? reason)
}

/** What a charger says to an owner's key, or to an owner's word about another, that it does not take. */
const ownerKeyWords: Readonly<Record<string, string>> = {
  NoPairingCode: 'it shows no code now; press Pair at the charger',
  CodeWrong: 'the code is not the one it shows',
  TooManyOwnerKeys: 'it knows as many devices as it can',
  KeyUnreadable: 'it cannot read the key',
  HoursInvalid: 'these are no hours',
  GuestOlder: 'something newer has been said of this card',
  TooManyGuests: 'it remembers as many guests as it can',
  OwnerUnknown: 'it does not know this device; enrol it first',
}

export function unavailable(cause: unknown): never {
  if (!(cause instanceof Fault)) throw cause
  throw new Declined('Unavailable', undefined, { cause })
}

/** Passes on a reason that is in our table; anything else is "unavailable". */
export function declinedAs(status: number, body: unknown): Declined {
  const { reason, detail } = (body ?? {}) as Record<string, unknown>
  const words = typeof detail === 'string' ? detail.slice(0, 300) : undefined
  const known = typeof reason === 'string' && Object.hasOwn(webRefusals, reason)
  if (known) return new Declined(reason as WebRefusal, words)
  return new Declined('Unavailable', words, { cause: new Error(`status ${status}`) })
}
