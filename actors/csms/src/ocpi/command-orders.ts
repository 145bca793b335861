import { inHours, ok, refused, toIso, type Instant, type Outcome } from '@interlock/kernel'
import {
  ocpiTime,
  ownerName,
  sameCi,
  sameOwner,
  type commandObjects,
  type CommandResponse,
  type CommandResult,
  type CommandType,
  type OcpiObject,
  type OcpiParty,
  type Token,
} from '@interlock/ocpi'
import type { IdTokenType } from '@interlock/ocpp'
import type { Command } from '../commands.ts'
import { sentenceOn } from '../core/misused-cards.ts'
import { findGuest } from '../drivers/guests.ts'
import { idTokenInfo } from '../ocpp/authorize.ts'
import { expectDriver, expectNobody, tokenName, type Admission } from './admissions.ts'
import { ocpiTypeOf, ocppTypes } from './driver.ts'
import { connectorId } from './objects.ts'
import type { ChargingPoint } from './ocpi-config.ts'
import {
  dropReservation,
  endReservation,
  findReservation,
  keepReservation,
  newNumber,
  reservationsMax,
  reservationsOf,
} from './reservations.ts'
import { tellReserved } from './reserved-sessions.ts'
import type { RoamingDesk } from './roaming.ts'
import { sessionId, sessionIdOf, type SessionPlace } from './session-place.ts'

/** The request that a station is sent, and what has to be on file around it. */
export type Order = {
  readonly command: Command
  readonly before?: () => Promise<void>
  readonly after?: (result: CommandResult['result']) => Promise<void>
}
type Refused = Exclude<CommandResponse['result'], 'ACCEPTED'>
export type Ordered = Outcome<Order, Refused>
type Orders = {
  readonly [Type in CommandType]: (
    desk: RoamingDesk,
    party: OcpiParty,
    asked: OcpiObject<(typeof commandObjects)[Type]>,
    now: Instant,
  ) => Promise<Ordered>
}

/** No EVSE is kept free for longer. */
const reservedMillisMax = inHours(24)

/** What becomes of each command of a provider (§13.3), or why nothing does. */
export const orders: Orders = {
  async START_SESSION(desk, party, asked, now) {
    const { token, connector_id: connector = connectorId } = asked
    const point = pointOf(desk, asked.location_id, asked.evse_uid)
    if (point === undefined || connector !== connectorId) return refused('REJECTED', noPlace)
    const stationId = view(point)
    const { evse } = point
    const driver = await driverOf(desk, party, token, point)
    if (!driver.ok) return driver
    const { idToken, type } = driver.value
    const { uid } = token
    const remoteStartId = newNumber(desk)
    return ok({
      command: {
        stationId,
        action: 'RequestStartTransaction',
        evse,
        effectFrom: now,
        payload: { evseId: evse, remoteStartId, idToken },
      },
      // Its first event may be here before the station's answer.
      before: () => expectDriver(desk, stationId, type, uid, admissionBy(party, asked), now),
      after: async (result) => {
        if (!mayHold(result)) await expectNobody(desk, stationId, type, uid)
      },
    })
  },

  async STOP_SESSION(desk, party, { session_id }, now) {
    const place = await sessionPlace(desk, session_id)
    if (place?.party !== party.name) return refused('UNKNOWN_SESSION')
    if (!place.isActive) return refused('REJECTED', 'the session is over')
    const { stationId, evse, transactionId } = place
    const action = 'RequestStopTransaction'
    return ok({ command: { stationId, action, evse, effectFrom: now, payload: { transactionId } } })
  },

  /** For a plug that is stuck after a charge, and for the provider of that charge alone. */
  async UNLOCK_CONNECTOR(desk, party, { location_id, evse_uid, connector_id }, now) {
    const point = pointOf(desk, location_id, evse_uid)
    if (point === undefined || connector_id !== connectorId) return refused('REJECTED', noPlace)
    const { evse } = point
    const stationId = view(point)
    const known = desk.context.views.get(stationId)
    const runs = [...(known?.running.values() ?? [])].some(({ evseId }) => evseId?.value === evse)
    if (runs) return refused('REJECTED', 'a charge runs there')
    const last = known?.lastEnded
    const place =
      last === undefined || (last.evseId?.value ?? evse) !== evse
        ? undefined
        : await sessionPlace(desk, await sessionIdOf(desk, stationId, last.transactionId))
    if (place?.party !== party.name) return refused('REJECTED', 'the last charge was not yours')
    const payload = { evseId: evse, connectorId: 1 }
    return ok({ command: { stationId, action: 'UnlockConnector', evse, effectFrom: now, payload } })
  },

  async RESERVE_NOW(desk, party, asked, now) {
    const { token, reservation_id: id, expiry_date } = asked
    const point = pointOf(desk, asked.location_id, asked.evse_uid)
    if (point === undefined) return refused('REJECTED', noPlace)
    const until = ocpiTime(expiry_date)
    if (until === undefined || until <= now || until > now + reservedMillisMax)
      return refused('REJECTED', 'it must end within a day')
    const driver = await driverOf(desk, party, token, point)
    if (!driver.ok) return driver
    const held = await reservationsOf(desk, party, now)
    const known = held.find((each) => sameCi(each.id, id))
    if (known === undefined && held.length >= reservationsMax)
      return refused('REJECTED', 'no more reservations are kept for you')
    if (known !== undefined && known.stationId !== point.stationId)
      return refused('REJECTED', 'the reservation is for another place')
    const { evse } = point
    const number = known?.number ?? newNumber(desk)
    const stationId = view(point)
    const { uid } = token
    const { type } = driver.value
    // No transaction has a space in its id.
    const session = known?.session ?? sessionId(desk, stationId, `reservation ${number}`)
    const kept = { id, number, until, stationId, evse, driver: { type, uid }, session }
    const admission = admissionBy(party, asked)
    return ok({
      command: {
        stationId,
        action: 'ReserveNow',
        evse,
        effectFrom: now,
        payload: {
          id: number,
          expiryDateTime: toIso(until),
          idToken: driver.value.idToken,
          evseId: evse,
        },
      },
      before: async () => {
        await keepReservation(desk, party, kept)
        // A card is asked about again later: it may be blocked by then. For others nobody else answers.
        const isAsked = type !== 'APP_USER' && type !== 'AD_HOC_USER'
        const end = isAsked ? now : until
        await expectDriver(desk, stationId, type, uid, admission, now, end)
      },
      after: async (result) => {
        if (result === 'ACCEPTED' && (await findReservation(desk, party, id, now)) !== undefined)
          await tellReserved(desk, party, { session, stationId, evse, admission })
        if (mayHold(result)) return
        await expectNobody(desk, stationId, type, uid)
        await (known === undefined
          ? dropReservation(desk, party, id)
          : keepReservation(desk, party, known))
      },
    })
  },

  async CANCEL_RESERVATION(desk, party, { reservation_id: id }, now) {
    const known = await findReservation(desk, party, id, now)
    if (known === undefined) return refused('REJECTED', 'there is no such reservation')
    const { stationId, evse, number, driver } = known
    const payload = { reservationId: number }
    return ok({
      command: { stationId, action: 'CancelReservation', evse, effectFrom: now, payload },
      after: async (result) => {
        const isGone = result === 'ACCEPTED' || result === 'UNKNOWN_RESERVATION'
        if (!isGone) return
        await endReservation(desk, party, known)
        await expectNobody(desk, stationId, driver.type, driver.uid)
      },
    })
  },
}

/** What a command says of whom its charge is billed to, and under which reference. */
const admissionBy = (
  { name }: OcpiParty,
  { token, authorization_reference: reference }: OcpiObject<'StartSession' | 'ReserveNow'>,
): Admission => {
  const { country_code, party_id, uid, type, contract_id } = token
  return {
    party: name,
    token: { country_code, party_id, uid, type, contract_id },
    auth: 'COMMAND',
    ...(reference === undefined ? {} : { reference }),
  }
}

/** A station that has not answered may have done it. */
const mayHold = (result: CommandResult['result']): boolean =>
  result === 'ACCEPTED' || result === 'TIMEOUT'

const noPlace = 'there is no such place, or it is private'
type StationId = SessionPlace['stationId']
const view = ({ stationId }: ChargingPoint): StationId => stationId as StationId

/** Of a public place: that EVSE, or the first one that is free. Private chargers are the owner's to lend. */
function pointOf(
  { places, context }: RoamingDesk,
  location: string,
  evse: string | undefined,
): ChargingPoint | undefined {
  const place = places.find(({ id, publish }) => publish && sameCi(id, location))
  if (evse !== undefined) return place?.points.find(({ evseId }) => sameCi(evseId, evse))
  const isFree = (point: ChargingPoint) => context.views.get(view(point))?.status === 'Available'
  return place?.points.find(isFree) ?? place?.points[0]
}

async function sessionPlace({ objects, us }: RoamingDesk, id: string) {
  const found = await objects.find({ module: 'session-places', owner: ownerName(us), id })
  return found as SessionPlace | undefined
}

/**
 * The driver of a provider's token, whose validity the provider has judged and we do not (§13.3.4, .5). One that somebody else answers for, or that charges already, is none of the
 * provider's to start with: its charge would be another's to pay.
 */
async function driverOf(
  desk: RoamingDesk,
  party: OcpiParty,
  token: Token,
  point: ChargingPoint,
): Promise<Outcome<{ readonly idToken: IdTokenType; readonly type: Token['type'] }, Refused>> {
  const { context, peers, objects } = desk
  if (!sameOwner(token, party.owner)) return refused('REJECTED', 'the token is not yours')
  const idToken: IdTokenType = { idToken: token.uid, type: ocppTypes[token.type] }
  const type = ocpiTypeOf(idToken) ?? token.type
  const stationId = view(point)
  const own = idTokenInfo(context, { stationId }, idToken)
  const isOwners = own.status !== 'Unknown' || (await findGuest(context, stationId, idToken))
  const others = peers.parties.filter(({ name }) => name !== party.name)
  const told = await Promise.all(
    others.map(({ owner }) => objects.find(tokenName(owner, type, token.uid))),
  )
  if (isOwners || told.some((each) => each !== undefined))
    return refused('REJECTED', 'somebody else answers for that token')
  const misuse =
    type === 'RFID' ? context.misused.of(token.uid, context.deps.clock.now()) : undefined
  if (misuse?.measure === 'blocked') return refused('REJECTED', sentenceOn(misuse))
  if (context.inUse.others(idToken, undefined) > 0)
    return refused('REJECTED', 'the token charges already')
  return ok({ idToken, type })
}
