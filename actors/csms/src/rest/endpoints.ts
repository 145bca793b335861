import type { Endpoint } from '@interlock/host'
import type { Api } from './api.ts'
import { commandEndpoints } from './command-endpoints.ts'
import { goalEndpoint } from './goal-endpoint.ts'
import { ownerKeyEndpoints } from './owner-key-endpoints.ts'
import { readEndpoints } from './read-endpoints.ts'
import { triggerEndpoint } from './trigger-endpoint.ts'

/** The whole interface of the console, one row per route. */
export const endpointsOf = (api: Api): Endpoint[] => [
  ...readEndpoints(api),
  goalEndpoint(api),
  triggerEndpoint(api),
  ...ownerKeyEndpoints(api),
  ...commandEndpoints(api),
]
