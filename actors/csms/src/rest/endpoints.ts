import type { Endpoint } from '@interlock/host'
import { deadLettersDoor } from '@interlock/topics'
import type { Api } from './api.ts'
import { capacityEndpoints } from './capacity-endpoints.ts'
import { commandEndpoints } from './command-endpoints.ts'
import { goalEndpoint } from './goal-endpoint.ts'
import { guestEndpoints } from './guest-endpoints.ts'
import { hoursEndpoints } from './hours-endpoints.ts'
import { knockEndpoints } from './knock-endpoints.ts'
import { messageEndpoints } from './message-endpoints.ts'
import { openApiEndpoint } from './open-api.ts'
import { operatorEndpoints } from './operator-endpoints.ts'
import { ownerKeyEndpoints } from './owner-key-endpoints.ts'
import { readEndpoints } from './read-endpoints.ts'
import { stateEndpoints } from './state-endpoints.ts'
import { tokenEndpoints } from './token-endpoints.ts'
import { transactionEndpoints } from './transaction-endpoints.ts'
import { triggerEndpoint } from './trigger-endpoint.ts'
import { usageEndpoint } from './usage-endpoint.ts'

/** The whole interface of the console, one row per route. */
export function endpointsOf(api: Api): Endpoint[] {
  const all = [
    ...readEndpoints(api),
    goalEndpoint(api),
    triggerEndpoint(api),
    ...ownerKeyEndpoints(api),
    ...guestEndpoints(api),
    ...hoursEndpoints(api),
    ...commandEndpoints(api),
    ...stateEndpoints(api),
    ...transactionEndpoints(api),
    usageEndpoint(api),
    ...messageEndpoints(api),
    ...tokenEndpoints(api),
    ...operatorEndpoints(api),
    ...knockEndpoints(api),
    ...capacityEndpoints(api),
    deadLettersDoor({
      letters: api.deadLetters,
      own: () => api.context.identity.peer.organisation,
      roles: ['web'],
    }),
  ]
  return [...all, openApiEndpoint(all)]
}
