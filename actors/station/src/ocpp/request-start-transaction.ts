import type { Accepted } from '@interlock/gate'
import type { Handler, Request, Response } from '@interlock/ocpp'
import { install, profileRefusal, type ChargingProfile } from '@interlock/power'
import { afterAnswer } from '../after-answer.ts'
import { tokenOf } from '../core/token.ts'
import { isClosed, profileLimits, wordOf } from '../session.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'
import { remotely } from './remotely.ts'

/**
 * F01/F02, "Charge now": starts on an arm only. Without a vehicle it holds for the one that is
 * plugged in before the arm ends.
 */
export const requestStartTransaction =
  (station: Station): Handler<'RequestStartTransaction'> =>
  (request, context) =>
    throughGate(station, 'RequestStartTransaction', request, context, {
      apply: (request, accepted) => start(station, request, accepted),
      plain: (request) => startPlainly(station, request),
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })

function start(
  station: Station,
  { remoteStartId }: Request<'RequestStartTransaction'>,
  accepted: Accepted,
): Response<'RequestStartTransaction'> {
  const { transaction } = station.keeper.memory
  const change = transaction === undefined ? {} : { transaction: { ...transaction, remoteStartId } }
  remotely(station, 'RequestStartTransaction', accepted, change)
  return { status: 'Accepted', ...ofTransaction(station) }
}

/** Standard mode: the token of the CSMS, as if it had been presented here (F01.FR.01, F01.FR.02). */
function startPlainly(
  station: Station,
  request: Request<'RequestStartTransaction'>,
): Response<'RequestStartTransaction'> {
  const { evseId, idToken, groupIdToken, remoteStartId, chargingProfile } = request
  const refusal = refusalOf(station, request)
  if (refusal !== undefined) return { status: 'Rejected', statusInfo: { reasonCode: refusal } }
  if (chargingProfile !== undefined && evseId !== undefined) bring(station, evseId, chargingProfile)
  afterAnswer(station, 'RequestStartTransaction', () => {
    const group = groupIdToken === undefined ? {} : { group: tokenOf(groupIdToken) }
    station.reader().presentRemotely(tokenOf(idToken), { ...group, remoteStartId })
    return Promise.resolve()
  })
  return { status: 'Accepted', ...ofTransaction(station) }
}

function refusalOf(
  station: Station,
  { evseId, chargingProfile }: Request<'RequestStartTransaction'>,
): string | undefined {
  const { charger } = station.keeper.memory
  if (evseId !== undefined && evseId !== station.evse) return 'UnknownEvse'
  if (isClosed(station)) return 'NotEnabled'
  if (charger.holder !== undefined) return 'TxInProgress'
  if (chargingProfile === undefined) return undefined
  // F01.FR.08 … F01.FR.11, K05.FR.02
  if (evseId === undefined || chargingProfile.transactionId !== undefined) return 'InvalidProfile'
  if (chargingProfile.chargingProfilePurpose !== 'TxProfile') return 'InvalidProfile'
  const transaction = { id: 'to come', seqNo: 0, startedAt: station.deps.clock.now() }
  const profile = { ...chargingProfile, transactionId: transaction.id }
  return profileRefusal({ profile, evse: evseId }, profileLimits(station, transaction))
}

/** The profile belongs to the transaction that is going on, or else to the one that will begin. */
function bring(station: Station, evse: number, given: ChargingProfile): void {
  const { keeper } = station
  const { transaction, profiles } = keeper.memory
  if (transaction === undefined) return keeper.commit({ set: { starting: given } })
  const profile = { ...given, transactionId: transaction.id }
  const held = install(profiles, { ...wordOf(station), evse, profile }, profileLimits(station))
  if (held.ok) station.charging.update({ profiles: held.value })
}

/** F01.FR.13: named where it has begun already. */
const ofTransaction = ({ keeper }: Station): { readonly transactionId?: string } => {
  const { transaction } = keeper.memory
  return transaction === undefined ? {} : { transactionId: transaction.id }
}
