import { problem, type Endpoint } from '@interlock/host'
import { roles, toIso, type Instant } from '@interlock/kernel'
import { orderWords, type MeterTariff } from '@interlock/seal'
import type { HalfHour } from '@interlock/topics'
import { Type, type Static } from 'typebox'
import type { Context, Member } from '../context.ts'
import type { createControllers } from '../controllers.ts'
import { baselineWatts } from '../portfolio/baseline.ts'
import { dispatch } from '../portfolio/dispatch.ts'
import { memberOf } from '../portfolio/portfolio.ts'
import type { Tariffs } from '../tariffs.ts'

const DispatchBody = Type.Object(
  {
    stationId: Type.String({ minLength: 1, maxLength: 48 }),
    percent: Type.Integer({ minimum: 0, maximum: 100 }),
    minutes: Type.Integer({ minimum: 1, maximum: 240 }),
  },
  { additionalProperties: false },
)

/** The whole interface of the console, one row per route. */
export const endpointsOf = ({
  context,
  renew,
  tariffs,
  controllersOf,
}: {
  readonly context: Context
  readonly renew: (member: Member) => void
  readonly tariffs: Tariffs
  readonly controllersOf: ReturnType<typeof createControllers>
}): Endpoint[] => [
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
    handle: () => ({
      status: 200,
      body: [...context.members.values()].map((each) => memberDocument(each, context)),
    }),
  },
  {
    method: 'GET',
    url: '/api/v1/portfolio/:station/tariff',
    roles: ['web'],
    handle: async ({ params }) => {
      const member = memberOf(context, params['station'] ?? '')
      if (member?.meter === undefined) return problem('NotFound', 'no member with a known meter')
      const { tariff, notTaken, shownOther } = await tariffs.of(member.meter)
      if (tariff === undefined) return problem('NotFound', notTaken)
      return { status: 200, body: tariffDocument(tariff, notTaken, shownOther) }
    },
  },
  {
    method: 'GET',
    url: '/api/v1/portfolio/:station/controllers',
    roles: ['web'],
    handle: async ({ params }) => {
      const member = memberOf(context, params['station'] ?? '')
      if (member === undefined) return problem('NotFound', 'no such member')
      const read = await controllersOf(member.llcs)
      if (!read.ok) return problem('NotFound', `${read.reason} ${read.detail ?? ''}`.trim())
      return { status: 200, body: { llcs: member.llcs, ...read.value } }
    },
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

const tariffDocument = (
  tariff: MeterTariff,
  notTaken: string | undefined,
  shownOther: readonly string[] | undefined,
) => ({
  meter: tariff.meter,
  ...orderWords(tariff),
  readAt: toIso(tariff.readAt),
  prices: tariff.prices.map(({ from, pencePerKilowattHour }) => ({
    from: toIso(from),
    pencePerKilowattHour,
  })),
  /** Why the last reading was not taken; the tariff shown is the last good one. */
  notTaken: notTaken ?? null,
  /** The tables in which the meter itself shows another; `null` where none were compared. */
  shownOther: shownOther ?? null,
})

/** A member as people see it. */
export const memberDocument = (
  member: Member,
  { heard, deps }: Pick<Context, 'heard' | 'deps'>,
) => ({
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
  /** What its CSMS has said by topic while the owner lets us read it; null without a middleware. */
  consumption:
    heard === undefined
      ? null
      : consumptionDocument(heard.halfHours.of(member.eui), deps.clock.now()),
})

const halfHoursShown = 48
const consumptionDocument = (known: readonly HalfHour[], now: Instant) => ({
  /** Of this half-hour, as it is without a call. */
  baselineWatts: baselineWatts(known, now) ?? null,
  halfHours: known
    .slice(-halfHoursShown)
    .map(({ from, wattHours }) => ({ from: toIso(from), wattHours })),
})
export type MemberDocument = ReturnType<typeof memberDocument>
