import { fromIso, ok, refused, toIso, type Instant } from '@interlock/kernel'
import {
  isWithin,
  ownerName,
  type Answer,
  type Asked,
  type ChargingProfileResponse,
  type ChargingProfileResult,
} from '@interlock/ocpi'
import type { Response } from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import { isAccepted, type Commands } from '../commands.ts'
import { pacing } from '../pacing.ts'
import { oneDigit, scheduleOf } from './peer-profile.ts'
import type { ProfileWatch } from './profile-watch.ts'
import { clearWish, setWish } from './provider-wishes.ts'
import { wishMillis, type RoamingDesk } from './roaming.ts'
import type { SessionPlace } from './session-place.ts'

/** Longer than the supervisor and the station are waited for together. */
const timeoutSeconds = 90
/** Of what is active no more is told than so many seconds ahead: a day. */
const activeSecondsMax = 86_400

const answered = (result: ChargingProfileResponse['result']): Answer =>
  ok({ data: { result, timeout: result === 'ACCEPTED' ? timeoutSeconds : 0 } })

/** What is to be done, and how it came out. */
type Work = (now: Instant) => Promise<ChargingProfileResult>
type Outcome = { readonly status: string }
const resultOf = (outcome: Outcome): ChargingProfileResult => {
  if (outcome.status === 'Unknown') return { result: 'UNKNOWN' }
  return { result: isAccepted(outcome) ? 'ACCEPTED' : 'REJECTED' }
}

/**
 * A provider's wishes for the sessions of its drivers (§14). Each becomes a command like any other of this CSMS:
 * signed by it, seconded by the supervisor and charged to the ledger, or else it does not leave.
 */
export function profileHandlers(desk: RoamingDesk, commands: Commands, watch: ProfileWatch) {
  const { context, objects, us, peers, outbox } = desk
  const isTooOften = pacing(wishMillis)
  /** In the background; the provider is told how it came out. */
  const carryOut = (party: string, url: string, action: string, work: Work): void =>
    inBackground(context.deps, 'provider-profile', async () => {
      const result = await work(context.deps.clock.now())
      context.audit.record('ProviderProfile', { party, action, result: result.result })
      await outbox.post(party, url, result)
    })
  const asked = async (
    action: 'put' | 'delete' | 'get',
    { caller, params }: Pick<Asked, 'caller' | 'params'>,
    url: string | undefined,
    workFor: (place: SessionPlace, now: Instant) => Work | undefined,
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
    const work = workFor(place, now)
    if (work === undefined) return answered('NOT_SUPPORTED')
    // To read costs no ledger anything, and hinders no wish.
    if (isTooOften(action === 'get' ? `get ${id}` : id, now)) return answered('TOO_OFTEN')
    carryOut(caller.name, url, action, work)
    return answered('ACCEPTED')
  }
  return {
    'chargingprofiles.put': (request: Asked<'chargingprofiles.put'>) =>
      asked('put', request, request.body.response_url, (place, asOf) => {
        const schedule = scheduleOf(request.body.charging_profile, asOf)
        if (!schedule.ok) return undefined
        return (now) =>
          watch.wish(place, async () =>
            resultOf(await setWish(desk, commands, place, schedule.value, now)),
          )
      }),
    'chargingprofiles.delete': (request: Asked<'chargingprofiles.delete'>) =>
      asked('delete', request, request.query['response_url'], (place) => async (now) => {
        return resultOf(await clearWish(desk, commands, place, now))
      }),
    'chargingprofiles.get': (request: Asked<'chargingprofiles.get'>) => {
      const { duration = '', response_url: url } = request.query
      if (!/^\d{1,6}$/.test(duration) || Number(duration) === 0)
        return refused('ParameterInvalid', 'duration')
      const seconds = Math.min(Number(duration), activeSecondsMax)
      return asked('get', request, url, (place) => (now) => activeAt(commands, place, seconds, now))
    },
  }
}

/** What the station plans, all limits together (K08). */
export async function activeAt(
  commands: Commands,
  { stationId, evse }: SessionPlace,
  duration: number,
  now: Instant,
): Promise<ChargingProfileResult> {
  const outcome = await commands.send({
    stationId,
    action: 'GetCompositeSchedule',
    evse,
    effectFrom: now,
    payload: { evseId: evse, duration, chargingRateUnit: 'W' },
  })
  const { schedule } = (outcome.response ?? {}) as Partial<Response<'GetCompositeSchedule'>>
  const from = schedule === undefined ? undefined : fromIso(schedule.scheduleStart)
  if (!isAccepted(outcome) || schedule === undefined || from === undefined)
    return { result: 'REJECTED' }
  const start_date_time = toIso(from)
  const charging_profile = {
    start_date_time,
    duration: schedule.duration,
    charging_rate_unit: schedule.chargingRateUnit,
    charging_profile_period: schedule.chargingSchedulePeriod.map(({ startPeriod, limit }) => ({
      start_period: startPeriod,
      limit: oneDigit(limit),
    })),
  }
  return { result: 'ACCEPTED', profile: { start_date_time, charging_profile } }
}
