import { hashPassword, problem, type Endpoint } from '@interlock/host'
import { Fault, parseStationId, refused, type Outcome } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { StationConfig } from '../config.ts'
import { newView } from '../core/view.ts'
import { bootPolicies, type TrustMode } from '../data/stations.ts'
import { withStation, type Api } from './api.ts'
import { ownMaintainer } from './own-maintainer.ts'

const strict = { additionalProperties: false }
const BootPolicy = Type.Object(
  { policy: Type.Union(bootPolicies.map((policy) => Type.Literal(policy))) },
  strict,
)
const known = StationConfig.properties
/** What the register must say of a station, and the password of security profiles 1 and 2. */
const Adoption = Type.Object(
  {
    eui: known.eui,
    ratingWatts: known.ratingWatts,
    feeder: known.feeder,
    evse: Type.Optional(known.evse),
    evses: known.evses,
    trustMode: known.trustMode,
    llcs: known.llcs,
    meter: known.meter,
    password: Type.Optional(Type.String({ minLength: 16, maxLength: 40 })),
  },
  strict,
)

/** What an adopted station has where the operator said nothing. */
const ordinary = { evse: 1, delaySecondsMax: 600, enrolled: false, idTokens: [] }

/** What the operator decides about a station. */
export const operatorEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'PUT',
    url: '/api/v1/stations/:id/boot-policy',
    roles: ['maintainer'],
    body: BootPolicy,
    summary: 'What the station is told when it boots: Accepted, Pending or Rejected.',
    handle: ownMaintainer(
      api,
      withStation(api, async (view, { body }) => {
        const { policy } = body as Static<typeof BootPolicy>
        const { stationId } = view.record
        await api.context.stations.setBootPolicy(stationId, policy)
        view.record = { ...view.record, bootPolicy: policy }
        api.context.audit.record('BootPolicySet', { station: stationId, policy })
        return { status: 200, body: { policy } }
      }),
    ),
  },
  {
    method: 'POST',
    url: '/api/v1/knocks/:id/adoption',
    roles: ['maintainer'],
    body: Adoption,
    summary: 'Takes a station that knocked into the database; it may connect from then on.',
    handle: ownMaintainer(api, async ({ params, body }) => {
      const id = params['id'] ?? ''
      const { context } = api
      if (!(await context.stations.hasKnocked(id)))
        return problem('NotFound', `${id} has not knocked`)
      if ((await context.stations.find(id)) !== undefined)
        return problem('DeviceState', `${id} is in the database`)
      const { password, ...said } = body as Static<typeof Adoption>
      const registered = await registeredAs(context, id)
      if (!registered.ok) return problem(registered.reason, registered.detail)
      if (registered.value !== (said.trustMode ?? 'supervised'))
        return problem('TrustMismatch', `the register has it as ${registered.value}`)
      const passwordHash = password === undefined ? undefined : await hashPassword(password)
      const station = {
        ...ordinary,
        ...said,
        stationId: id,
        ...(passwordHash === undefined ? {} : { passwordHash }),
      }
      await context.stations.put([station])
      const record = await context.stations.find(id)
      if (record === undefined) return problem('DeviceState', 'its EUI-64 is taken')
      context.views.set(record.stationId, { ...newView(record), registered: registered.value })
      await context.stations.forgetKnock(id)
      context.audit.record('StationAdopted', { station: id, trust: record.trust })
      return { status: 201, body: { stationId: id, trustMode: record.trust } }
    }),
  },
]

/** Without the register's word nobody is adopted: neither mode is safe to assume. */
async function registeredAs(
  { supervisor }: Api['context'],
  id: string,
): Promise<Outcome<TrustMode, 'DeviceUnknown' | 'Unavailable'>> {
  try {
    const station = parseStationId(id)
    const answer = station === undefined ? undefined : await supervisor.trustOf(station)
    if (answer?.ok === true) return answer
    return answer === undefined || answer.reason === 'DeviceUnknown'
      ? refused('DeviceUnknown', `the supervisor's register has no ${id}`)
      : refused('Unavailable', `the supervisor: ${answer.reason}`)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return refused('Unavailable', `the supervisor: ${cause.code}`)
  }
}
