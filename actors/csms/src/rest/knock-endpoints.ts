import { hashPassword, problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { assert, Fault, parseStationId, refused, type Outcome } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { StationConfig } from '../config.ts'
import type { Context } from '../context.ts'
import { adopt, type Adopter, type Registered } from '../core/adoption.ts'
import { newView } from '../core/view.ts'
import type { KeptKnock, KnockPlace } from '../data/stations.ts'
import { AdoptionAnswer, KnockAnswer, KnockWithRegister, pageOf } from './answers.ts'
import type { Api } from './api.ts'
import { askedPage, isReply, page } from './pages.ts'

const known = StationConfig.properties
const Adoption = Type.Object(
  {
    trustMode: known.trustMode,
    eui: Type.Optional(known.eui),
    securityProfile: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
    password: Type.Optional(Type.String({ minLength: 16, maxLength: 40 })),
    meter: known.meter,
  },
  { additionalProperties: false },
)

/** This organisation's own people: at a desk with a certificate, or behind its console. */
const operators = ['maintainer', 'web'] as const

/** Stations that came and are not in the database: why each is kept out, and taking one in. */
export const knockEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/knocks',
    roles: operators,
    answer: pageOf(KnockAnswer),
    summary: 'Who came and was kept out, the latest first, and why.',
    handle: (request) => knocksAfter(api.context, request),
  },
  {
    method: 'GET',
    url: '/api/v1/knocks/:id',
    roles: operators,
    answer: KnockWithRegister,
    summary: 'One of them, with what the supervisor’s register says of it.',
    handle: ({ params }) => oneKnock(api.context, params['id'] ?? ''),
  },
  {
    method: 'POST',
    url: '/api/v1/knocks/:id/adoption',
    roles: operators,
    body: Adoption,
    answer: AdoptionAnswer,
    summary: 'Takes a station that knocked into the database, as the register has it.',
    handle: (request) => adoption(api.context, request),
  },
]

async function knocksAfter({ stations, deps }: Context, request: HttpRequest): Promise<Reply> {
  const asked = askedPage(request)
  if (isReply(asked)) return asked
  const after = asked.after === undefined ? undefined : knockPlaceIn(asked.after)
  if (asked.after !== undefined && after === undefined) return problem('BodyInvalid', 'cursor')
  const knocks = await stations.knocks({ now: deps.clock.now(), after, limit: asked.limit + 1 })
  return page(knocks, asked, ({ lastAt, id }) => `${lastAt} ${id}`, shown)
}

function knockPlaceIn(cursor: string): KnockPlace | undefined {
  const [, lastAt, id] = /^(\d{1,15}) (\S{1,48})$/.exec(cursor) ?? []
  return lastAt === undefined || id === undefined ? undefined : { lastAt: Number(lastAt), id }
}

const shown = ({ securityProfile, certificateEui, ...knock }: KeptKnock) => ({
  ...knock,
  securityProfile: securityProfile ?? null,
  certificateEui: certificateEui ?? null,
})

async function oneKnock(context: Context, id: string): Promise<Reply> {
  const knock = await context.stations.knock(id)
  if (knock === undefined) return problem('NotFound', `${id} has not knocked`)
  const registered = await registeredAs(context, id)
  const adopter = adopterOf(context)
  const verdict =
    (await inDatabase(context, id)) ??
    (registered.ok
      ? adopt(knock, { trustMode: registered.value.trust }, registered.value, adopter)
      : registered)
  return {
    status: 200,
    body: {
      ...shown(knock),
      register: registered.ok ? registerShown(registered.value) : null,
      barred: verdict.ok ? null : { reason: verdict.reason, detail: verdict.detail ?? null },
      securityProfiles: adopter.profiles,
    },
  }
}

const registerShown = ({ trust, state, eui, ratingWatts, evses, feeder, llcs }: Registered) => ({
  trustMode: trust,
  state,
  eui,
  ratingWatts,
  evses,
  feeder,
  llcs: llcs ?? null,
})

async function adoption(context: Context, { params, body, peer }: HttpRequest): Promise<Reply> {
  const id = params['id'] ?? ''
  const { stations, views, audit } = context
  const knock = await stations.knock(id)
  if (knock === undefined) return problem('NotFound', `${id} has not knocked`)
  const there = await inDatabase(context, id)
  if (there !== undefined) return problem(there.reason, there.detail)
  const registered = await registeredAs(context, id)
  if (!registered.ok) return problem(registered.reason, registered.detail)
  const asked = body as Static<typeof Adoption>
  const verdict = adopt(knock, asked, registered.value, adopterOf(context))
  if (!verdict.ok) {
    const { reason, detail = null } = verdict
    audit.record('AdoptionRefused', { station: id, reason, detail, by: peer.organisation })
    return problem(verdict.reason, verdict.detail)
  }
  const { value: station } = verdict
  const twin = [...views.values()].find(({ record }) => record.eui === station.eui)
  if (twin !== undefined)
    return problem('DeviceState', `its EUI-64 is that of ${twin.record.stationId}`)
  const { password, securityProfile, trustMode } = asked
  const hash = password === undefined ? {} : { passwordHash: await hashPassword(password) }
  await stations.put([{ ...station, ...hash }])
  const stationId = parseStationId(id)
  if (stationId !== undefined && securityProfile !== undefined && trustMode === 'standard')
    await stations.raiseProfile(stationId, securityProfile)
  const record = await stations.find(id)
  assert(record !== undefined, `${id} was put into the database`)
  views.set(record.stationId, { ...newView(record), registered: registered.value.trust })
  await stations.forgetKnock(id)
  const { trust } = record
  audit.record('StationAdopted', { station: id, trust, role: peer.role, by: peer.eui })
  return {
    status: 201,
    body: { stationId: id, trustMode: trust, securityProfile: securityProfile ?? null },
  }
}

/** Whoever is known knocks as well, when it does not prove who it is; nobody is adopted twice. */
const inDatabase = async ({ stations }: Context, id: string) =>
  (await stations.find(id)) === undefined
    ? undefined
    : refused('DeviceState', `${id} is in the database, and did not prove that it is that one`)

const adopterOf = ({ config, identity }: Context): Adopter => ({
  organisation: identity.peer.organisation,
  profiles: config.ocpp.profile1 === undefined ? [2, 3] : [1, 2, 3],
})

/** Without the register's word nobody is adopted: neither mode is safe to assume. */
async function registeredAs(
  { supervisor }: Context,
  id: string,
): Promise<Outcome<Registered, 'DeviceUnknown' | 'Unavailable'>> {
  try {
    const station = parseStationId(id)
    const answer = station === undefined ? undefined : await supervisor.registered(station)
    if (answer?.ok === true) return answer
    return answer === undefined || answer.reason === 'DeviceUnknown'
      ? refused('DeviceUnknown', `the supervisor's register has no ${id}`)
      : refused('Unavailable', `the supervisor: ${answer.reason}`)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return refused('Unavailable', `the supervisor: ${cause.code}`)
  }
}
