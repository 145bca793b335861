import { AnsweredHours, answeredHoursMax, type ServerRefusal } from '@interlock/contract'
import type { Endpoint, Reply } from '@interlock/host'
import { ok, parseStationId, plus, refused, type Outcome } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { hoursDigest, readHours, verifyHoursAcknowledgement } from '@interlock/seal'
import { Type, type Static } from 'typebox'
import { isInService, type Device } from '../core/device.ts'
import { restored, type AnsweredStatement, type RestoredGrant } from '../core/hours.ts'
import { hoursSwings, newFor } from '../core/hours-swing.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { StationName, strict } from './shapes.ts'

const Copies = Type.Object(
  {
    stationId: StationName,
    /** The latest first, as the charger keeps them. */
    signed: Type.Array(AnsweredHours, { minItems: 1, maxItems: answeredHoursMax }),
  },
  strict,
)
type Copies = Static<typeof Copies>

/**
 * A register of charging hours that is lost, or older than what was acknowledged, is made good from the copies that
 * chargers keep. Until then a charger refuses what is seconded for other hours than it holds (`HoursDiffer`).
 */
export const hoursRestoringEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/charging-hours/answered',
    roles: ['csms'],
    body: Copies,
    handle: ({ body, peer }) => {
      const copies = body as Copies
      return supervisor.turn(`command ${copies.stationId}`, () => restore(copies, peer, supervisor))
    },
  },
]

async function restore(
  { stationId, signed }: Copies,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const { deps, devices, hours, rate } = supervisor
  const act: Act = {
    kind: 'ChargingHoursRestored',
    station: stationId,
    facts: { by: peer.organisation },
  }
  const id = parseStationId(stationId)
  const device = id === undefined ? undefined : await devices.find(id)
  if (device === undefined) return refuse(supervisor, act, 'DeviceUnknown', stationId)
  if (device.csms !== peer.organisation)
    return refuse(supervisor, act, 'IdentityMismatch', 'another CSMS is bound to it')
  if (!isInService(device)) return refuse(supervisor, act, 'DeviceState', `it is ${device.state}`)
  const now = deps.clock.now()
  if (!rate.take(`hours copies ${device.stationId}`, now))
    return refuse(supervisor, act, 'RateExceeded', 'copies of this charger in an hour')
  const answered = ownAnswers(signed, device, supervisor)
  if (!answered.ok) return refuse(supervisor, act, answered.reason, answered.detail)
  const known = await hours.find(device.stationId)
  const again = restored(known?.record, answered.value, now)
  if (!again.ok) return refuse(supervisor, act, again.reason, again.detail)
  const { record, moved } = again.value
  for (const each of moved) await chargeAgain(each, device, supervisor)
  const [last] = signed
  if (last === undefined || !(await hours.put(device.stationId, { record, ...last })))
    return refuse(supervisor, act, 'HoursConflict', 'its counter was used meanwhile')
  const { counter, held } = record
  return grant(supervisor, act, { status: 200, body: { counter } }, { counter, held: held.counter })
}

/**
 * Statements of this charger that this very supervisor has answered. Its own signature is enough: it verified the
 * charger before it signed about a digest.
 */
function ownAnswers(
  signed: Copies['signed'],
  device: Device,
  { deps, identity }: Supervisor,
): Outcome<readonly AnsweredStatement[], ServerRefusal> {
  const answered: AnsweredStatement[] = []
  for (const { statement, acknowledgement } of signed) {
    const read = readHours(statement)
    const answer = verifyHoursAcknowledgement(acknowledgement, [identity.peer], deps.crypto)
    if (!read.ok) return refused('RequestInvalid', read.detail)
    if (!answer.ok) return refused('RequestInvalid', `an answer: ${answer.reason}`)
    const digest = hoursDigest(read.value, deps.crypto)
    const { station, counter, verdict } = answer.value
    if (answer.value.digest !== digest || counter !== read.value.statement.counter)
      return refused('RequestInvalid', 'an answer is about another statement')
    if (station !== device.eui) return refused('IdentityMismatch', 'it is about another charger')
    answered.push({ statement: read.value.statement, digest, verdict })
  }
  return ok(answered)
}

/** The other ledger has not forgotten; in its own it is charged as it was, whatever the limits. */
async function chargeAgain(
  { before, granted }: RestoredGrant,
  device: Device,
  { deps, grants, ledger }: Supervisor,
): Promise<void> {
  const now = deps.clock.now()
  const { quiet, from, reservation } = granted
  if (ledger.holds(reservation) || plus(from, newFor) <= now) return
  const standing = await grants.standing(device.stationId, now)
  const edges = hoursSwings({ before, quiet, from }, device, standing)
  if (edges.length === 0) return
  const { csms: organisation, region } = device
  await ledger.chargeMoved({ id: reservation, organisation, kind: 'consumer', region, edges }, now)
}
