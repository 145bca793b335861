import { ok, refused, type Instant } from '@interlock/kernel'
import {
  isWithin,
  ownerName,
  type Answer,
  type Asked,
  type ChargingProfileResponse,
  type ChargingProfileResult,
} from '@interlock/ocpi'
import { toChargingProfile } from '@interlock/power'
import { inBackground } from '../background.ts'
import { isAccepted, type Command, type Commands } from '../commands.ts'
import { scheduleOf } from './peer-profile.ts'
import { wishPace } from './wish-pace.ts'
import type { RoamingDesk, SessionPlace } from './roaming.ts'

/** Beside the planner's own, which stays beneath it. */
const profileId = 2
const stackLevel = 1
const timeoutSeconds = 60

const answered = (result: ChargingProfileResponse['result']): Answer =>
  ok({ data: { result, timeout: result === 'ACCEPTED' ? timeoutSeconds : 0 } })

/**
 * A provider's wishes for the sessions of its drivers. Each becomes a command like any other of this CSMS:
 * signed by it, seconded by the supervisor and charged to the ledger, or else it does not leave.
 */
export function profileHandlers(desk: RoamingDesk, commands: Commands) {
  const { context, objects, us, peers, outbox } = desk
  const isTooOften = wishPace()
  /** Sends it in the background; the provider is told how it came out. */
  const order = (party: string, url: string, command: Command): void =>
    inBackground(context.deps, 'provider-profile', async () => {
      const outcome = await commands.send(command)
      const { status, reason } = outcome
      context.audit.record('ProviderProfile', { party, action: command.action, status, reason })
      const result = isAccepted(outcome) ? 'ACCEPTED' : 'REJECTED'
      await outbox.post(party, url, { result } satisfies ChargingProfileResult)
    })
  const asked = async (
    { caller, params }: Pick<Asked, 'caller' | 'params'>,
    url: string | undefined,
    commandFor: (place: SessionPlace, now: Instant) => Command | undefined,
  ): Promise<Answer> => {
    const party = peers.parties.find(({ name }) => name === caller.name)
    // What a provider says of its address sends us nowhere else.
    if (party === undefined || url === undefined || !isWithin(party, url))
      return refused('ParameterInvalid', 'response_url')
    const id = params['session_id'] ?? ''
    const name = { module: 'session-places', owner: ownerName(us), id }
    const place = (await objects.find(name)) as SessionPlace | undefined
    if (place?.party !== caller.name) return answered('UNKNOWN_SESSION')
    if (!place.isActive) return answered('REJECTED')
    const now = context.deps.clock.now()
    const command = commandFor(place, now)
    if (command === undefined) return answered('NOT_SUPPORTED')
    if (isTooOften(id, now)) return answered('TOO_OFTEN')
    order(caller.name, url, command)
    return answered('ACCEPTED')
  }
  return {
    'chargingprofiles.put': (request: Asked<'chargingprofiles.put'>) =>
      asked(request, request.body.response_url, ({ stationId, transactionId, evse }, now) => {
        const schedule = scheduleOf(request.body.charging_profile, now)
        if (!schedule.ok) return undefined
        const chargingProfile = toChargingProfile(schedule.value, {
          id: profileId,
          purpose: 'TxProfile',
          stackLevel,
          transactionId,
        })
        const payload = { evseId: evse, chargingProfile }
        return { stationId, action: 'SetChargingProfile', evse, effectFrom: now, payload }
      }),
    'chargingprofiles.delete': (request: Asked<'chargingprofiles.delete'>) =>
      asked(request, request.query['response_url'], ({ stationId, evse }, now) => ({
        stationId,
        action: 'ClearChargingProfile',
        evse,
        effectFrom: now,
        payload: { chargingProfileId: profileId },
      })),
    'chargingprofiles.get': () => answered('NOT_SUPPORTED'),
  }
}
