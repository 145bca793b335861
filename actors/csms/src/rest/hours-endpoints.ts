import { HoursState, SignedHoursChoice } from '@interlock/contract'
import { problem, type Endpoint, type Reply } from '@interlock/host'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { isAccepted, type CommandOutcome } from '../commands.ts'
import { withStation, type Api } from './api.ts'
import { relay, transfer } from './transfer.ts'

/** The station's answer to `ChargingHoursNow`. */
const Told = Compile(Type.Object({ data: HoursState }))

/**
 * The hours that an owner has chosen. The CSMS only carries the choice: the station checks the owner's signature,
 * and has other hours acknowledged by the supervisor before they count.
 */
export const hoursEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/stations/:id/charging-hours',
    roles: ['web'],
    answer: HoursState,
    handle: withStation(api, async (view) => told(await transfer(api, view, 'ChargingHoursNow'))),
  },
  relay(api, 'charging-hours', 'ChargingHoursChoice', SignedHoursChoice),
]

function told(outcome: CommandOutcome): Reply {
  const { status, reason, response } = outcome
  if (reason === 'StationOffline') return problem('StationOffline')
  if (!isAccepted(outcome)) return problem('DeviceState', `it tells no hours: ${reason ?? status}`)
  if (!Told.Check(response)) return problem('Unavailable', 'its hours cannot be read')
  return { status: 200, body: response.data }
}
