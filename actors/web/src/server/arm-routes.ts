import { SignedGuest, SignedHoursChoice } from '@interlock/contract'
import { Type, type Static } from 'typebox'
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
    {
      method: 'POST',
      url: '/api/owner-keys',
      access: ['driver'],
      body: OwnerKey,
      handle: async (request) => {
        const { station, spki, mac } = request.body as Static<typeof OwnerKey>
        const person = ownerOf(request, station)
        await parts.upstreams.ownerKey(station, { spki, mac })
        parts.audit('owner-key', { person: person.name, station, spki })
        return { status: 204 }
      },
    },
    ...ownerKeyRoutes(parts),
    ...hoursRoutes(parts),
    ...guestRoutes(parts),
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

/** Which devices may arm, and one's word that another is lost. */
const ownerKeyRoutes = ({ upstreams, audit }: ArmParts): WebRoute[] => [
  {
    method: 'GET',
    url: '/api/homes/:station/owner-keys',
    access: ['driver'],
    handle: async (request) => {
      const station = request.params['station'] ?? ''
      ownerOf(request, station)
      return { status: 200, body: { keys: await upstreams.ownerKeys(station) } }
    },
  },
  {
    method: 'POST',
    url: '/api/owner-key-revocations',
    access: ['driver'],
    body: Revocation,
    handle: async (request) => {
      const { station, ...revocation } = request.body as Static<typeof Revocation>
      const person = ownerOf(request, station)
      await upstreams.revokeOwnerKey(station, revocation)
      const { spki, by } = revocation
      audit('owner-key-revoked', { person: person.name, station, spki, by })
      return { status: 204 }
    },
  },
]

/** When the charger does not charge by itself, and the owner's word about it. */
const hoursRoutes = ({ upstreams, audit }: ArmParts): WebRoute[] => [
  {
    method: 'GET',
    url: '/api/homes/:station/hours',
    access: ['driver'],
    handle: async (request) => {
      const station = request.params['station'] ?? ''
      ownerOf(request, station)
      return { status: 200, body: await upstreams.hours(station) }
    },
  },
  {
    method: 'POST',
    url: '/api/hours',
    access: ['driver'],
    body: Hours,
    handle: async (request) => {
      const { station, ...signed } = request.body as Static<typeof Hours>
      const person = ownerOf(request, station)
      await upstreams.chooseHours(station, signed)
      audit('hours-chosen', { person: person.name, station, choice: signed.choice.kind })
      return { status: 204 }
    },
  },
]

/** Whom the owner lets charge, and the owner's word about it. */
const guestRoutes = ({ upstreams, audit }: ArmParts): WebRoute[] => [
  {
    method: 'GET',
    url: '/api/homes/:station/guests',
    access: ['driver'],
    handle: async (request) => {
      const station = request.params['station'] ?? ''
      ownerOf(request, station)
      return { status: 200, body: await upstreams.guests(station) }
    },
  },
  {
    method: 'POST',
    url: '/api/guests',
    access: ['driver'],
    body: OwnGuest,
    handle: async (request) => {
      const { station, ...signed } = request.body as Static<typeof OwnGuest>
      const person = ownerOf(request, station)
      await upstreams.allowGuest(station, signed)
      const { uid, wattHours } = signed.guest
      audit('guest-allowed', { person: person.name, station, uid, wattHours })
      return { status: 204 }
    },
  },
]

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
