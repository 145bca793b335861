import type { Endpoint } from '@interlock/host'
import { Type, type Static } from 'typebox'
import { bootPolicies } from '../data/stations.ts'
import { withStation, type Api } from './api.ts'

const strict = { additionalProperties: false }
const BootPolicy = Type.Object(
  { policy: Type.Union(bootPolicies.map((policy) => Type.Literal(policy))) },
  strict,
)

/** What the operator decides about a station. */
export const operatorEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'PUT',
    url: '/api/v1/stations/:id/boot-policy',
    roles: ['maintainer'],
    body: BootPolicy,
    summary: 'What the station is told when it boots: Accepted, Pending or Rejected.',
    handle: withStation(api, async (view, { body }) => {
      const { policy } = body as Static<typeof BootPolicy>
      const { stationId } = view.record
      await api.context.stations.setBootPolicy(stationId, policy)
      view.record = { ...view.record, bootPolicy: policy }
      api.context.audit.record('BootPolicySet', { station: stationId, policy })
      return { status: 200, body: { policy } }
    }),
  },
]
