import { limits } from '@interlock/contract'
import { fromIso, toIso, type Clock } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import type { AttackResult, Street } from '../shared/shapes.ts'
import { Declined, ownerOf, sessionOf, type WebRoute } from './access.ts'
import { triggerOf, type HandOvers } from './hand-overs.ts'
import { parseKnocks } from './knocks.ts'
import { parseStations, seenBy } from './street.ts'
import type { Home } from './config-schema.ts'
import { stationRefused, type Upstreams } from './upstreams.ts'

/** The lab's attack on the street, injected by the lab and by nothing else. */
export type AttackHook = {
  readonly controls: 'on' | 'off'
  readonly run: () => Promise<AttackResult>
}

/** The buttons and the display of simulated chargers: only a lab has them within reach of a page. */
export type HardwareHook = {
  /** What the display then shows; a code after `pair`. */
  readonly press: (station: string, button: 'start' | 'stop' | 'pair') => string | undefined
}

const closed = { additionalProperties: false }
const Station = Type.String({ minLength: 1, maxLength: 48 })
const Goal = Type.Object(
  {
    departure: Type.String({ maxLength: 40 }),
    energyWattHours: Type.Integer({ minimum: 100, maximum: 200_000 }),
  },
  closed,
)
const Proposal = Type.Object(
  {
    station: Station,
    action: Type.Union([Type.Literal('charge'), Type.Literal('stop')]),
    until: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
)
const Adoption = Type.Object(
  {
    trustMode: Type.Union([Type.Literal('supervised'), Type.Literal('standard')]),
    securityProfile: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
    password: Type.Optional(Type.String({ minLength: 16, maxLength: 40 })),
  },
  closed,
)
const Press = Type.Object(
  { button: Type.Union([Type.Literal('start'), Type.Literal('stop'), Type.Literal('pair')]) },
  closed,
)
const Nothing = Type.Object({}, closed)
const everyone = ['driver', 'operator', 'regulator', 'lab'] as const

export type ConsoleParts = {
  readonly upstreams: Upstreams
  readonly handOvers: HandOvers
  readonly homes: readonly Home[]
  readonly clock: Clock
  readonly armOrigin: () => string
  readonly attack: AttackHook | undefined
  readonly hardware: HardwareHook | undefined
  readonly audit: (kind: string, data: Record<string, unknown>) => void
}

/** Everything the console can ask for, and who may. */
export function consoleRoutes(parts: ConsoleParts): WebRoute[] {
  const { upstreams, handOvers, homes, clock } = parts
  return [
    {
      method: 'GET',
      url: '/api/street',
      access: everyone,
      handle: async (request) => {
        const rows = parseStations(await upstreams.stations(), homes)
        const { person } = sessionOf(request)
        const street: Street = { at: clock.now(), stations: seenBy(person, rows) }
        return { status: 200, body: street }
      },
    },
    {
      method: 'GET',
      url: '/api/tariff',
      access: everyone,
      handle: async () => ({ status: 200, body: await upstreams.tariff() }),
    },
    {
      method: 'POST',
      url: '/api/stations/:station/goal',
      access: ['driver'],
      body: Goal,
      handle: async (request) => {
        const station = request.params['station'] ?? ''
        const person = ownerOf(request, station)
        const goal = request.body as Static<typeof Goal>
        await upstreams.goal(station, { ...goal, departure: futureIso(goal.departure, clock) })
        parts.audit('goal', { person: person.name, station, ...goal })
        return { status: 204 }
      },
    },
    {
      method: 'POST',
      url: '/api/hand-overs',
      access: ['driver'],
      body: Proposal,
      handle: (request) => {
        const { station, action, until } = request.body as Static<typeof Proposal>
        const person = ownerOf(request, station)
        const { errand, ticket } = handOvers.open(person, { station, action, until })
        // In the fragment, which browsers keep out of requests, logs and referrers.
        const url = `${parts.armOrigin()}/#ticket=${ticket}`
        return { status: 201, body: { id: errand.id, url } }
      },
    },
    {
      method: 'POST',
      url: '/api/hand-overs/:id/trigger',
      access: ['driver'],
      body: Nothing,
      handle: (request) => trigger(parts, request.params['id'] ?? '', request),
    },
    ...knockRoutes(parts),
    ...attackRoutes(parts),
    ...hardwareRoutes(parts),
  ]
}

async function trigger(
  { upstreams, handOvers, homes, audit }: ConsoleParts,
  id: string,
  request: Parameters<WebRoute['handle']>[0],
) {
  const { person } = sessionOf(request)
  const errand = handOvers.find(id, person)
  const arm = handOvers.digestOf(id, person)
  const action = triggerOf[errand.action]
  const answer = await upstreams.trigger(errand.station, { action, arm })
  audit('trigger', { person: person.name, station: errand.station, action, arm, ...answer })
  if (answer.status !== 'Accepted') throw stationRefused(answer.reasonCode ?? answer.status)
  handOvers.finish(id)
  const place = homes.find((each) => each.station === errand.station)?.place ?? errand.station
  return { status: 200, body: { place, action: errand.action } }
}

/** What operators decide; the CSMS asks the supervisor's register before it follows. */
function knockRoutes({ upstreams, audit }: ConsoleParts): WebRoute[] {
  return [
    {
      method: 'GET',
      url: '/api/knocks',
      access: ['operator'],
      handle: async () => ({ status: 200, body: parseKnocks(await upstreams.knocks()) }),
    },
    {
      method: 'POST',
      url: '/api/knocks/:station/adoption',
      access: ['operator'],
      body: Adoption,
      handle: async (request) => {
        const station = request.params['station'] ?? ''
        const adoption = request.body as Static<typeof Adoption>
        const { trustMode, securityProfile } = adoption
        await upstreams.adopt(station, adoption)
        const { person } = sessionOf(request)
        audit('adoption', { person: person.name, station, trustMode, securityProfile })
        return { status: 204 }
      },
    },
  ]
}

function attackRoutes({ attack, audit }: ConsoleParts): WebRoute[] {
  if (attack === undefined) return []
  let running = false
  return [
    {
      method: 'POST',
      url: '/api/attack',
      access: ['lab'],
      body: Nothing,
      handle: async (request) => {
        if (running) throw new Declined('AttackRunning')
        running = true
        try {
          audit('attack', { person: sessionOf(request).person.name, controls: attack.controls })
          return { status: 200, body: await attack.run() }
        } finally {
          running = false
        }
      },
    },
  ]
}

function hardwareRoutes({ hardware, audit }: ConsoleParts): WebRoute[] {
  if (hardware === undefined) return []
  return [
    {
      method: 'POST',
      url: '/api/simulated/:station/press',
      access: ['driver', 'lab'],
      body: Press,
      handle: (request) => {
        const station = request.params['station'] ?? ''
        const { person } = sessionOf(request)
        // Whoever lives there can stand at the charger; so can the lab.
        if (!person.roles.includes('lab')) ownerOf(request, station)
        const { button } = request.body as Static<typeof Press>
        const display = hardware.press(station, button) ?? ''
        audit('simulated-press', { person: person.name, station, button })
        return { status: 200, body: { display } }
      },
    },
  ]
}

function futureIso(text: string, clock: Clock): string {
  const at = fromIso(text)
  const wait = at === undefined ? Number.NaN : at - clock.now()
  if (at === undefined || !(wait > 0 && wait <= 2 * limits.scheduleMillisMax))
    throw new Declined('BodyInvalid', 'the departure must be within the next two days')
  return toIso(at)
}
