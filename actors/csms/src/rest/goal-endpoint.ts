import { problem, type Endpoint } from '@interlock/host'
import { fromIso, inHours, plus, toIso } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { withStation, type Api } from './api.ts'

const Body = Type.Object(
  {
    departure: Type.String({ maxLength: 40 }),
    energyWattHours: Type.Integer({ minimum: 0, maximum: 200_000 }),
  },
  { additionalProperties: false },
)

const goalMillisMax = inHours(48)

/** When the driver leaves and how much must be in the car; the session is planned anew. */
export const goalEndpoint = (api: Api): Endpoint => ({
  method: 'POST',
  url: '/api/v1/stations/:id/goal',
  roles: ['web'],
  body: Body,
  handle: withStation(api, async (view, { body }) => {
    const { departure: text, energyWattHours } = body as Static<typeof Body>
    const { context } = api
    const now = context.deps.clock.now()
    const departure = fromIso(text)
    if (departure === undefined || departure <= now || departure > plus(now, goalMillisMax))
      return problem('BodyInvalid', 'departure must be a date-time within the next 48 hours')
    const { stationId } = view.record
    const fromWattHours = view.transaction === undefined ? undefined : view.meterWattHours
    await context.kept.putGoal(stationId, { departure, energyWattHours, fromWattHours })
    view.goal = { departure, energyWattHours, source: 'driver' }
    view.goalFromWattHours = fromWattHours
    context.audit.record('GoalSet', { station: stationId, departure, energyWattHours })
    context.hooks.replan(stationId)
    return { status: 202, body: { departure: toIso(departure), energyWattHours } }
  }),
})
