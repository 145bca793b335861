import { problem, type Endpoint } from '@interlock/host'
import { roles, toIso } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import type { Context, Member } from '../context.ts'
import { dispatch } from '../portfolio/dispatch.ts'
import { memberOf } from '../portfolio/portfolio.ts'

const DispatchBody = Type.Object(
  {
    stationId: Type.String({ minLength: 1, maxLength: 48 }),
    percent: Type.Integer({ minimum: 0, maximum: 100 }),
    minutes: Type.Integer({ minimum: 1, maximum: 240 }),
  },
  { additionalProperties: false },
)

/** The whole interface of the console, one row per route. */
export const endpointsOf = (context: Context, renew: (member: Member) => void): Endpoint[] => [
  {
    method: 'GET',
    url: '/healthz',
    roles,
    handle: () => ({ status: 200, body: { status: 'ok', members: context.members.size } }),
  },
  {
    method: 'GET',
    url: '/api/v1/portfolio',
    roles: ['web'],
    handle: () => ({ status: 200, body: [...context.members.values()].map(memberDocument) }),
  },
  {
    method: 'POST',
    url: '/api/v1/dispatch',
    roles: ['maintainer'],
    body: DispatchBody,
    handle: async ({ body, peer }) => {
      if (peer.organisation !== context.identity.peer.organisation)
        return problem('NotPermitted', 'a maintainer of another organisation')
      const { stationId, percent, minutes } = body as Static<typeof DispatchBody>
      const member = memberOf(context, stationId)
      if (member === undefined) return problem('NotFound', `${stationId} is not in the portfolio`)
      const outcome = await dispatch(context, member, { percent, minutes })
      if (outcome.ok) return { status: 200, body: { status: 'Accepted' } }
      // One arm allows one change and one return; the next call needs a new one.
      if (outcome.reason === 'ArmSpent') renew(member)
      if (outcome.reason === 'StationOffline') return problem('StationOffline')
      return { status: 200, body: { status: 'Rejected', reasonCode: outcome.reason } }
    },
  },
]

/** A member as people see it. */
export const memberDocument = (member: Member) => ({
  stationId: member.stationId,
  ratingWatts: member.ratingWatts,
  feeder: member.feeder,
  connected: member.endpoint !== undefined,
  status: member.status,
  powerWatts: member.powerWatts ?? null,
  transactionId: member.transactionId ?? null,
  armed:
    member.holding === undefined
      ? null
      : { ...member.holding, until: toIso(member.holding.until), from: toIso(member.holding.from) },
  refused: member.refused ?? null,
})
export type MemberDocument = ReturnType<typeof memberDocument>
