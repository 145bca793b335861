import { problem, type Endpoint } from '@interlock/host'
import { isAction, validateRequest, type Action } from '@interlock/ocpp'
import { Type } from 'typebox'
import type { StationView } from '../core/view.ts'
import { CommandAnswer } from './answers.ts'
import { withStation, type Api } from './api.ts'
import { answer, notSent } from './trigger-endpoint.ts'

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
    answer: CommandAnswer,
    summary:
      'Sends the request and answers with what the station answered, or why it did not leave.',
    handle: api.once(
      withStation(api, async (view, { params, body }) => {
        const action = params['action'] ?? ''
        if (!isAction(action) || ofStations.has(action))
          return problem('NotFound', `no request ${action} of a CSMS`)
        const request = validateRequest(action, body)
        if (!request.ok) return problem('BodyInvalid', request.detail)
        return answer(
          await api.commands.send({
            stationId: view.record.stationId,
            action,
            payload: request.value,
            evse: evseNamed(view, action, request.value),
            effectFrom: api.context.deps.clock.now(),
          }),
        )
      }),
      (reply) => reply !== notSent && reply.status !== 400,
    ),
  },
]

/** Requests that only a station makes. */
export const ofStations: ReadonlySet<string> = new Set([
  'Authorize',
  'BootNotification',
  'ClearedChargingLimit',
  'FirmwareStatusNotification',
  'Get15118EVCertificate',
  'GetCertificateStatus',
  'Heartbeat',
  'LogStatusNotification',
  'MeterValues',
  'NotifyChargingLimit',
  'NotifyCustomerInformation',
  'NotifyDisplayMessages',
  'NotifyEVChargingNeeds',
  'NotifyEVChargingSchedule',
  'NotifyEvent',
  'NotifyMonitoringReport',
  'NotifyReport',
  'PublishFirmwareStatusNotification',
  'ReportChargingProfiles',
  'ReservationStatusUpdate',
  'SecurityEventNotification',
  'SignCertificate',
  'StatusNotification',
  'TransactionEvent',
] satisfies Action[])

/** The EVSE that a request is for; 0 is the station as a whole. A stop names only its transaction. */
function evseNamed(view: StationView, action: string, payload: unknown): number {
  const { evseId, evse, chargingProfileCriteria, transactionId } = payload as {
    evseId?: number
    evse?: { id?: number }
    chargingProfileCriteria?: { evseId?: number }
    transactionId?: string
  }
  if (action === 'RequestStopTransaction')
    return view.running.get(transactionId ?? '')?.evseId?.value ?? view.record.evse
  return evseId ?? evse?.id ?? chargingProfileCriteria?.evseId ?? 0
}
