import type { Endpoint } from '@interlock/host'
import { roles } from '@interlock/kernel'
import type { Supervisor } from '../supervisor.ts'
import { certificateEndpoints } from './certificates.ts'
import { checkpointEndpoints } from './checkpoints.ts'
import { countersignatureEndpoints } from './countersignatures.ts'
import { deviceEndpoints } from './devices.ts'
import { hoursEndpoints } from './hours.ts'
import { hoursRestoringEndpoints } from './hours-restoring.ts'
import { meterEndpoints } from './meters.ts'
import { providerEndpoints } from './provider.ts'
import { registerEndpoints } from './registers.ts'
import { reservationEndpoints } from './reservations.ts'
import { revocationEndpoints } from './revocations.ts'

/** Every route of the supervisor: who may call it is in the rows. */
export const endpoints = (supervisor: Supervisor): Endpoint[] => [
  ...deviceEndpoints(supervisor),
  ...certificateEndpoints(supervisor),
  ...countersignatureEndpoints(supervisor),
  ...hoursEndpoints(supervisor),
  ...hoursRestoringEndpoints(supervisor),
  ...reservationEndpoints(supervisor),
  ...registerEndpoints(supervisor),
  ...meterEndpoints(supervisor),
  ...providerEndpoints(supervisor),
  ...revocationEndpoints(supervisor),
  ...checkpointEndpoints(supervisor),
  { method: 'GET', url: '/healthz', roles, handle: () => ({ status: 200, body: { ok: true } }) },
]
