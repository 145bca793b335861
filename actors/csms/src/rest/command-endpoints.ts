import { problem, type Endpoint } from '@interlock/host'
import { isAction, validateRequest } from '@interlock/ocpp'
import { Type } from 'typebox'
import { withStation, type Api } from './api.ts'
import { answer } from './trigger-endpoint.ts'

/**
 * Any OCPP command from the operator's desk, which only this organisation's maintainers have. A critical one is signed and must be countersigned like
 * all others; the supervisor refuses those that need an arm.
 */
export const commandEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/stations/:id/commands/:action',
    roles: ['maintainer'],
    body: Type.Object({}),
    handle: withStation(api, async (view, { params, body, peer }) => {
      if (peer.organisation !== api.context.identity.peer.organisation)
        return problem('NotPermitted', 'a maintainer of another organisation')
      const action = params['action'] ?? ''
      if (!isAction(action)) return problem('NotFound', `no action ${action}`)
      const request = validateRequest(action, body)
      if (!request.ok) return problem('BodyInvalid', request.detail)
      const { evseId } = request.value as { evseId?: unknown }
      return answer(
        await api.commands.send({
          stationId: view.record.stationId,
          action,
          payload: request.value,
          evse: typeof evseId === 'number' ? evseId : 0,
          effectFrom: api.context.deps.clock.now(),
        }),
      )
    }),
  },
]
