import { problem, type Endpoint, type Reply } from '@interlock/host'
import { Type, type Static } from 'typebox'
import type { Command, CommandOutcome } from '../commands.ts'
import type { StationView } from '../core/view.ts'
import { CommandAnswer } from './answers.ts'
import { withStation, type Api } from './api.ts'

const Body = Type.Object(
  {
    action: Type.Union([Type.Literal('start'), Type.Literal('stop')]),
    /** Digest of the arm that the person signed; the trigger is worth nothing without it. */
    arm: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  },
  { additionalProperties: false },
)

/** The CSMS's half of a consumer's *Charge now* or *Stop*: a trigger that names the arm. */
export const triggerEndpoint = (api: Api): Endpoint => ({
  method: 'POST',
  url: '/api/v1/stations/:id/triggers',
  roles: ['web'],
  body: Body,
  answer: CommandAnswer,
  handle: withStation(api, async (view, { body }) => {
    const { action, arm } = body as Static<typeof Body>
    const now = api.context.deps.clock.now()
    const base = {
      stationId: view.record.stationId,
      evse: view.record.evse,
      effectFrom: now,
      armDigest: arm,
    }
    if (action === 'start') return answer(await api.commands.send(startOf(view, base, now)))
    if (view.transaction === undefined) return problem('DeviceState', 'nothing is charging here')
    return answer(
      await api.commands.send({
        ...base,
        action: 'RequestStopTransaction',
        payload: { transactionId: view.transaction.id },
      }),
    )
  }),
})

function startOf(
  view: StationView,
  base: Omit<Command, 'action' | 'payload' | 'asked'>,
  now: number,
): Command<'RequestStartTransaction'> {
  const [own] = view.record.idTokens
  return {
    ...base,
    action: 'RequestStartTransaction',
    payload: {
      evseId: view.record.evse,
      remoteStartId: Math.floor(now / 1000) % 2_147_483_647,
      idToken:
        own === undefined
          ? { idToken: '', type: 'NoAuthorization' }
          : { idToken: own, type: 'Central' },
    },
  }
}

/** Nothing left for the station: the same request may be made again. */
export const notSent: Reply = problem('StationOffline')

/** What a person is told about a command: the station's status, or why it never got there. */
export function answer(outcome: CommandOutcome): Reply {
  const { status, reason, detail, response } = outcome
  if (reason === 'StationOffline')
    return detail === undefined ? notSent : problem('StationOffline', detail)
  return {
    status: 200,
    body: {
      status,
      ...(reason === undefined ? {} : { reasonCode: reason }),
      ...(detail === undefined ? {} : { detail }),
      ...(response === undefined ? {} : { response }),
    },
  }
}
