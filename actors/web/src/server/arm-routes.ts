import { SignedGuest, SignedHoursChoice } from '@interlock/contract'
import { Type, type Static, type TSchema } from 'typebox'
import {
  Declined,
  owns,
  ownerOf,
  sessionOf,
  type Person,
  type WebRequest,
  type WebRoute,
} from './access.ts'
import type { ArmDesk } from './arm-desk.ts'
import type { Home } from './config-schema.ts'
import type { HandOvers } from './hand-overs.ts'
import { sessionCookie } from './login.ts'
import type { Sessions } from './sessions.ts'
import type { Upstreams } from './upstreams.ts'

const closed = { additionalProperties: false }
const Token = Type.String({ pattern: '^[\\w-]{43}$' })
const Station = Type.String({ minLength: 1, maxLength: 48 })
const Base64 = Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: 1024 })
const Moment = Type.Integer({ minimum: 0, maximum: 253_402_300_799_000 })

const Ticket = Type.Object({ ticket: Token }, closed)
const OwnErrand = Type.Object(
  { station: Station, action: Type.Union([Type.Literal('charge'), Type.Literal('stop')]) },
  closed,
)
const OwnerKey = Type.Object({ station: Station, spki: Base64, mac: Base64 }, closed)
const Revocation = Type.Object(
  { station: Station, spki: Base64, by: Base64, signature: Base64, at: Moment },
  closed,
)
const Hours = Type.Object({ station: Station, ...SignedHoursChoice.properties }, closed)
const OwnGuest = Type.Object({ station: Station, ...SignedGuest.properties }, closed)
const PreCommand = Type.Object({ errand: Token, spki: Base64, from: Moment, until: Moment }, closed)
const Signed = Type.Object({ id: Token, bytes: Base64 }, closed)

export type ArmParts = {
  readonly desk: ArmDesk
  readonly handOvers: HandOvers
  readonly upstreams: Pick<
    Upstreams,
    'ownerKey' | 'ownerKeys' | 'revokeOwnerKey' | 'hours' | 'chooseHours' | 'guests' | 'allowGuest'
  >
  readonly homes: readonly Home[]
  readonly sessions: Sessions
  readonly cookieName: string
  readonly audit: (kind: string, data: Record<string, unknown>) => void
}

/** Everything the arm page can ask for. */
export function armRoutes(parts: ArmParts): WebRoute[] {
  const { desk, handOvers, homes } = parts
  return [
    {
      method: 'POST',
      url: '/api/hand-over',
      access: 'public',
      body: Ticket,
      handle: (request) => redeem(parts, request),
    },
    {
      method: 'GET',
      url: '/api/homes',
      access: ['driver'],
      handle: (request) => {
        const { person } = sessionOf(request)
        return { status: 200, body: homes.filter((home) => owns(person, home.station)) }
      },
    },
    {
      method: 'POST',
      url: '/api/errands',
      access: ['driver'],
      body: OwnErrand,
      handle: (request) => {
        const { station, action } = request.body as Static<typeof OwnErrand>
        const person = ownerOf(request, station)
        const { errand } = handOvers.open(person, { station, action, until: undefined })
        return { status: 201, body: errand }
      },
    },
    ...ownerRoutes(parts),
    {
      method: 'POST',
      url: '/api/pre-commands',
      access: ['driver'],
      body: PreCommand,
      handle: async (request) => {
        const { person } = sessionOf(request)
        const body = await desk.preCommand(person, request.body as Static<typeof PreCommand>)
        return { status: 201, body }
      },
    },
    {
      method: 'POST',
      url: '/api/arms',
      access: ['driver'],
      body: Signed,
      handle: async (request) => {
        const { person } = sessionOf(request)
        const body = await desk.arm(person, request.body as Static<typeof Signed>)
        return { status: 201, body }
      },
    },
  ]
}

/** What the owner's own charger says of itself. */
const told = (path: string, ask: (station: string) => Promise<unknown>): WebRoute => ({
  method: 'GET',
  url: `/api/homes/:station/${path}`,
  access: ['driver'],
  handle: async (request) => {
    const station = request.params['station'] ?? ''
    ownerOf(request, station)
    return { status: 200, body: await ask(station) }
  },
})

/** An owner's word that goes to the own charger as it came; who gave it, and about what, is on the record. */
const word = <Body extends { readonly station: string }>(
  url: string,
  body: TSchema,
  send: (station: string, rest: Omit<Body, 'station'>) => Promise<unknown>,
  note: (rest: Omit<Body, 'station'>) => readonly [kind: string, facts: Record<string, unknown>],
  { audit }: Pick<ArmParts, 'audit'>,
): WebRoute => ({
  method: 'POST',
  url,
  access: ['driver'],
  body,
  handle: async (request) => {
    const { station, ...rest } = request.body as Body
    const person = ownerOf(request, station)
    await send(station, rest)
    const [kind, facts] = note(rest)
    audit(kind, { person: person.name, station, ...facts })
    return { status: 204 }
  },
})

/** Devices that may arm, hours and guests: what the charger says of them, and the owner's word. */
function ownerRoutes(parts: ArmParts): WebRoute[] {
  const { upstreams } = parts
  return [
    word<Static<typeof OwnerKey>>(
      '/api/owner-keys',
      OwnerKey,
      (station, key) => upstreams.ownerKey(station, key),
      ({ spki }) => ['owner-key', { spki }],
      parts,
    ),
    told('owner-keys', async (station) => ({ keys: await upstreams.ownerKeys(station) })),
    word<Static<typeof Revocation>>(
      '/api/owner-key-revocations',
      Revocation,
      (station, revocation) => upstreams.revokeOwnerKey(station, revocation),
      ({ spki, by }) => ['owner-key-revoked', { spki, by }],
      parts,
    ),
    told('hours', (station) => upstreams.hours(station)),
    word<Static<typeof Hours>>(
      '/api/hours',
      Hours,
      (station, signed) => upstreams.chooseHours(station, signed),
      ({ choice }) => ['hours-chosen', { choice: choice.kind }],
      parts,
    ),
    told('guests', (station) => upstreams.guests(station)),
    word<Static<typeof OwnGuest>>(
      '/api/guests',
      OwnGuest,
      (station, signed) => upstreams.allowGuest(station, signed),
      ({ guest: { uid, wattHours } }) => ['guest-allowed', { uid, wattHours }],
      parts,
    ),
  ]
}

/** A ticket signs its person in here, unless somebody else already is. It signs nothing else. */
function redeem({ handOvers, sessions, cookieName }: ArmParts, request: WebRequest) {
  const { ticket } = request.body as Static<typeof Ticket>
  const present = sessions.find(request.cookies[cookieName])
  const { errand, person } = handOvers.redeem(ticket)
  if (present !== undefined && !same(present.person, person)) throw new Declined('AnotherPerson')
  sessions.close(present?.id)
  const cookies = [sessionCookie(cookieName, sessions.open(person).id)]
  return { status: 200, body: errand, cookies }
}

const same = (left: Person, right: Person): boolean => left.name === right.name
