import type { Api } from './api.ts'
import { endpointsOf } from './endpoints.ts'
import { openApi } from './open-api.ts'

/**
 * The description of the interface without a CSMS behind it, as `GET /openapi.json` answers: rows are
 * made and none is called.
 */
export const describeInterface = (): object =>
  openApi(endpointsOf({ once: (handle) => handle } as Api))
