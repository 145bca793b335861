import { costOf } from '@interlock/billing'
import type { Session } from '@interlock/contract'
import type { GuestPayer } from '@interlock/driver'
import { sendOcpi, type OcpiPeers } from '@interlock/host/ocpi'
import { inMinutes, toIso, type Instant, type StationId } from '@interlock/kernel'
import type { IdTokenInfoType, IdTokenType } from '@interlock/ocpp'
import {
  checkOcpi,
  ownerName,
  sameCi,
  type CdrToken,
  type OcpiOwner,
  type OcpiParty,
  type Registration,
  type Tariff,
  type Token,
} from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'
import type { Context } from '../context.ts'
import type { Transaction } from '../core/running.ts'
import { findGuest } from '../drivers/guests.ts'
import {
  admissionOf,
  expected,
  forget,
  remember,
  spend,
  tokenName,
  type Admission,
} from './admissions.ts'
import { needsAsking, ocpiTypeOf, settledBy, verdictOn, type Verdict } from './driver.ts'
import { cdrOf, sessionOf, type Roaming } from './objects.ts'
import type { Place } from './ocpi-config.ts'
import type { Outbox } from './outbox.ts'
import { endWatch } from './profile-watch.ts'
import { isForgotten } from './record-retention.ts'
import { takeReservation } from './reservations.ts'
import { placeOf, sessionIdOf, type SessionPlace } from './session-place.ts'
import { readSigned } from './signed-readings.ts'

export type RoamingDesk = {
  readonly context: Context
  readonly us: OcpiOwner
  readonly tariff: Tariff
  readonly places: readonly Place[]
  readonly peers: OcpiPeers
  readonly registration: Registration
  readonly objects: OcpiObjects
  readonly outbox: Outbox
  /** How long sessions and records are kept. */
  readonly recordDays: number
  /** By topic as well, where there is a middleware. */
  readonly tellSession: (station: StationId, session: Session) => void
}

/** One wish of a provider for one thing in so long: each is charged to the ledgers. */
export const wishMillis = inMinutes(1)

/** What a CiString(36) may hold (OCPI 2.2.1 §16.1); nobody can have issued a token of anything else. */
const printable = /^[ -~]{1,36}$/

/**
 * Whether another provider's driver may charge at a station; `undefined` when no provider says so in time.
 * Who told us of the token is asked; where nobody did, all are, at once. Of a guest for whom somebody else pays only
 * that payer's provider is asked, and what it says counts of that contract alone.
 */
export async function admitDriver(
  desk: RoamingDesk,
  stationId: StationId,
  idToken: IdTokenType,
  payer?: GuestPayer,
): Promise<IdTokenInfoType | undefined> {
  const type = ocpiTypeOf(idToken)
  const place = placeOf(desk, stationId, undefined)
  const uid = idToken.idToken
  if (type === undefined || place === undefined || !printable.test(uid)) return undefined
  const sent = payer === undefined ? await expected(desk, stationId, type, uid) : undefined
  if (sent !== undefined) return await admitSent(desk, stationId, type, uid, sent)
  const told = await Promise.all(
    payingParties(desk, payer).map(async (party) => {
      const known = await desk.objects.find(tokenName(party.owner, type, uid))
      return [party, known as Token | undefined] as const
    }),
  )
  const owners = told.filter(([, known]) => known !== undefined)
  const asked = owners.length > 0 ? owners : told
  const verdicts = await Promise.all(
    asked.map(async ([party, known]) => {
      const ask = known === undefined || needsAsking(known)
      const said = ask ? await authorised(desk, party, type, uid, place.place.id) : undefined
      const verdict = verdictOn(uid, party.owner, known, said, desk.context.deps.clock.now())
      if (verdict?.auth === 'AUTH_REQUEST' && verdict.token !== undefined)
        await settledBy(desk.context, verdict.token)
      return verdict === undefined ? [] : [{ party, verdict }]
    }),
  )
  const all = verdicts.flat().filter(({ verdict }) => paysBy(verdict, payer))
  const best = all.find(({ verdict }) => verdict.info.status === 'Accepted') ?? all[0]
  // Who no longer pays for a guest is billed by nothing that was said before.
  if (payer !== undefined && best?.verdict.info.status !== 'Accepted')
    await forget(desk, stationId, type, uid)
  if (best === undefined) return undefined
  await remember(desk, best.party.name, stationId, type, uid, best.verdict)
  return best.verdict.info
}

/** Its provider has sent a command to start; it is not asked what it has just said. */
async function admitSent(
  desk: RoamingDesk,
  stationId: StationId,
  type: Token['type'],
  uid: string,
  { party, token, auth, reference }: Admission,
): Promise<IdTokenInfoType> {
  const info: IdTokenInfoType = { status: 'Accepted', cacheExpiryDateTime: nowIn(desk) }
  const said = reference === undefined ? { info, auth, token } : { info, auth, token, reference }
  await remember(desk, party, stationId, type, uid, said)
  return info
}
const nowIn = ({ context }: RoamingDesk): string => toIso(context.deps.clock.now())

const payingParties = ({ peers }: RoamingDesk, payer: GuestPayer | undefined) =>
  payer === undefined
    ? peers.parties
    : peers.parties.filter(({ owner }) => ownerName(owner) === payer.issuer)

const paysBy = ({ token }: Verdict, payer: GuestPayer | undefined): boolean =>
  payer === undefined || (token !== undefined && sameCi(token.contract_id, payer.contractId))

async function authorised(
  { us, peers, registration, context }: RoamingDesk,
  party: OcpiParty,
  type: Token['type'],
  uid: string,
  location_id: string,
) {
  const reached = registration.reach(party.name, 'tokens', 'SENDER')
  const http = peers.httpOf(party.name)
  if (!reached.ok || http === undefined) return undefined
  const url = `${reached.value.url}/${encodeURIComponent(uid)}/authorize?type=${type}`
  const routing = { from: us, to: party.owner }
  const answer = await sendOcpi(
    http,
    { token: reached.value.token, method: 'POST', url, body: { location_id }, routing },
    context.deps.entropy,
  )
  const info = answer.ok ? checkOcpi('AuthorizationInfo', answer.value) : answer
  if (info.ok) return info.value
  const { log } = context.deps
  log.warn({ party: party.name, reason: info.reason, detail: info.detail }, 'no authorisation')
  return undefined
}

/** Tells a driver's provider of a transaction, and, once it has ended, what it comes to. */
export async function tellTransaction(
  desk: RoamingDesk,
  stationId: StationId,
  transactionId: string,
): Promise<void> {
  const { context, objects, us, tariff, outbox } = desk
  const known = await context.transactions.find(stationId, transactionId)
  const begunWith = known?.begunWith?.value
  if (known === undefined || begunWith === undefined) return
  const at = context.deps.clock.now()
  if (known.endedAt !== undefined && isForgotten(known.endedAt, desk, at)) return
  // Whoever else has the same card at other places: here its owner pays, or the one whom the owner names.
  const guest = await findGuest(context, stationId, begunWith as IdTokenType)
  const type = ocpiTypeOf(begunWith as IdTokenType)
  const owner = ownerName(us)
  const own = await sessionIdOf(desk, stationId, transactionId)
  const before = (await objects.find({ module: 'session-places', owner, id: own })) as
    SessionPlace | undefined
  const admission =
    before?.admission ??
    (type === undefined ? undefined : await admissionOf(desk, stationId, type, begunWith.idToken))
  const evse = known.evseId?.value ?? 1
  const where = placeOf(desk, stationId, evse)
  if (admission === undefined || where === undefined) return
  const { party, token, auth, reference } = admission
  if (guest !== undefined && !isPaidBy(guest.guest.payer, token)) return
  const charge = { stationId, transactionId, evse, driver: token }
  const id = (before === undefined ? await reservedFor(desk, party, charge, at) : undefined) ?? own
  const roaming: Roaming = {
    id,
    token,
    auth,
    ...(reference === undefined ? {} : { reference }),
    ...where,
  }
  const { startedAt, endedAt, firstWattHours = 0, lastWattHours = firstWattHours } = known
  const state = { startedAt, endedAt, wattHours: lastWattHours - firstWattHours, at }
  const session = sessionOf(roaming, us, tariff, state)
  const kept = { owner, id, lastUpdated: at, audience: party }
  await objects.put({ ...kept, module: 'sessions', object: session })
  if (before === undefined) await spend(desk, stationId, admission)
  const isActive = endedAt === undefined
  const object: SessionPlace = { party, stationId, transactionId, evse, isActive, admission }
  await objects.put({ module: 'session-places', owner, id, lastUpdated: at, object })
  await outbox.pushState(party, 'sessions', id, session)
  if (!isActive) await endWatch(desk, id)
  if (!isActive) await tellRecord(desk, roaming, { stationId, transactionId }, party, at)
  const told = { transaction: transactionId, evse, at, wattHours: Math.max(0, state.wattHours) }
  desk.tellSession(stationId, { ...told, state: stateOf(known) })
}

const reservedFor = async (
  desk: RoamingDesk,
  name: string,
  ...charge: [Parameters<typeof takeReservation>[2], Instant]
): Promise<string | undefined> => {
  const party = desk.peers.parties.find((each) => each.name === name)
  return party && (await takeReservation(desk, party, ...charge))
}

const stateOf = ({ seqNo, endedAt }: Pick<Transaction, 'seqNo' | 'endedAt'>): Session['state'] =>
  endedAt !== undefined ? 'ended' : seqNo === 0 ? 'begun' : 'going'

const isPaidBy = (payer: GuestPayer | null, token: CdrToken): boolean =>
  payer !== null && ownerName(token) === payer.issuer && sameCi(token.contract_id, payer.contractId)

async function tellRecord(
  { context, objects, us, tariff, outbox }: RoamingDesk,
  roaming: Roaming,
  name: { readonly stationId: StationId; readonly transactionId: string },
  party: string,
  at: Instant,
): Promise<void> {
  const { id } = roaming
  const owner = ownerName(us)
  // An event that comes after the end changes no record that was sent.
  if ((await objects.find({ module: 'cdrs', owner, id })) !== undefined) return
  const readings = await readSigned(context.transactions, name)
  const { log } = context.deps
  if (readings === undefined) return log.warn({ ...name }, 'no signed readings: nothing is billed')
  const hours = (readings.until - readings.from) / 3_600_000
  const cost = costOf(tariff, { wattHours: readings.wattHours, hours })
  if (!cost.ok) return log.warn({ ...name, reason: cost.reason }, 'the tariff cannot be computed')
  const cdr = cdrOf(roaming, us, tariff, readings, cost.value, at)
  const readable = checkOcpi('Cdr', cdr)
  if (!readable.ok) return log.warn({ ...name, detail: readable.detail }, 'no record can be made')
  context.audit.critical('RecordMade', { ...name, party, record: id })
  await objects.put({ module: 'cdrs', owner, id, lastUpdated: at, audience: party, object: cdr })
  await outbox.push(party, 'cdrs', id, cdr)
}
