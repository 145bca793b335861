import { serverRefusals } from '@interlock/contract'
import type { TSchema } from 'typebox'

/** Roles of people. A person may hold several. */
export const webRoles = ['driver', 'operator', 'regulator', 'lab'] as const
export type WebRole = (typeof webRoles)[number]
export const isWebRole = (text: unknown): text is WebRole => webRoles.some((role) => role === text)

/** Who is signed in. `stations` bounds what a driver sees and asks for. */
export type Person = {
  readonly name: string
  readonly roles: readonly WebRole[]
  readonly stations: 'all' | readonly string[]
}

const seesAll: readonly WebRole[] = ['operator', 'regulator', 'lab']

/** Whether the person lives there: drivers act for their own homes only. */
export const owns = (person: Person, station: string): boolean =>
  person.roles.includes('driver') &&
  (person.stations === 'all' || person.stations.includes(station))

export const maySee = (person: Person, station: string): boolean =>
  person.roles.some((role) => seesAll.includes(role)) || owns(person, station)

export const mayUse = (person: Person, roles: readonly WebRole[]): boolean =>
  person.roles.some((role) => roles.includes(role))

/** Reasons of this server; the words are shown to people as they are. */
export const webRefusals = {
  ...serverRefusals,
  SignedOut: { status: 401, words: 'you are not signed in' },
  LoginFailed: { status: 401, words: 'name or password is wrong' },
  TooManyAttempts: { status: 429, words: 'too many attempts; wait a few minutes' },
  OriginForbidden: { status: 403, words: 'the request comes from another site' },
  TokenMissing: { status: 403, words: 'the request lacks the token of this session' },
  HostUnknown: { status: 421, words: 'this server does not answer under that name' },
  NotJson: { status: 415, words: 'the body must be JSON' },
  HandOverInvalid: { status: 410, words: 'this request was used or is too old; ask again' },
  AnotherPerson: { status: 409, words: 'somebody else is signed in here; sign out first' },
  ModuleUnregistered: {
    status: 409,
    words: 'the code that would sign is not the one that was registered; nothing is signed with it',
  },
  PreCommandExpired: { status: 410, words: 'it was shown too long ago; look at it again' },
  ArmMismatch: { status: 400, words: 'what was signed is not what was shown' },
  ArmRefused: { status: 409, words: 'the smart-meter network refused it' },
  NotSigned: { status: 409, words: 'nothing has been signed for it yet' },
  StationRefused: { status: 409, words: 'the charger refused it' },
  AttackRunning: { status: 409, words: 'an attack is running already' },
} as const satisfies Record<string, { status: number; words: string }>
export type WebRefusal = keyof typeof webRefusals

/** Thrown by a handler; the edge turns it into problem+json. */
export class Declined extends Error {
  override readonly name = 'Declined'
  readonly reason: WebRefusal
  readonly detail: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    reason: WebRefusal,
    detail?: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(webRefusals[reason].words, { cause: options.cause })
    this.reason = reason
    this.detail = detail
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** One row per route; a route that is not in a table does not exist. */
export type WebRoute = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  /** `public`: before sign-in. `anyone`: any signed-in person. Else one of these roles. */
  readonly access: 'public' | 'anyone' | readonly WebRole[]
  readonly body?: TSchema
  readonly handle: (request: WebRequest) => Promise<Answer> | Answer
}

export type WebRequest = {
  /** Of the signed-in person; absent only on public routes. */
  readonly session?: Session
  readonly params: Readonly<Record<string, string>>
  readonly url: string
  readonly body: unknown
  readonly cookies: Readonly<Record<string, string | undefined>>
  /** Address of the client, for throttling. */
  readonly remote: string
}

export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly location?: string
  readonly cookies?: readonly Cookie[]
}

/** An empty value removes the cookie. */
export type Cookie = {
  readonly name: string
  readonly value: string
  readonly sameSite: 'strict' | 'lax'
  readonly maxAgeSeconds: number
}

export type Session = {
  readonly id: string
  readonly person: Person
  /** Sent back in `x-csrf-token` with every request that changes something. */
  readonly csrf: string
}

/** The session of a route that is not public. */
export function sessionOf(request: WebRequest): Session {
  if (request.session === undefined) throw new Declined('SignedOut')
  return request.session
}

/** The person, provided that this station is theirs. Others learn nothing about it. */
export function ownerOf(request: WebRequest, station: string): Person {
  const { person } = sessionOf(request)
  if (!owns(person, station)) throw new Declined('NotFound')
  return person
}
