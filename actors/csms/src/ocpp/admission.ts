import type { Admission, AdmissionRequest } from '@interlock/host'
import { toHex, utf8 } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import type { Context, Session } from '../context.ts'
import { admit } from '../core/admission.ts'
import type { StationRecord } from '../data/stations.ts'

/** How long a connection that seems dead has to answer before another takes its place. */
const probeMillis = 3_000

/**
 * Decides about an upgrade request by the database of stations and the connections there are. When
 * the database is gone it throws, and the transport answers 503.
 */
export const admission =
  (context: Context, profile: 2 | 3) =>
  async (request: AdmissionRequest): Promise<Admission> => {
    const record = await context.stations.find(request.id)
    const verdict = admit(await knockOf(context, request, profile, record), record)
    if (!verdict.ok) {
      await refusedKnock(context, request.id, profile, verdict.reason)
      return verdict
    }
    return record === undefined ? verdict : seat(context, record, profile)
  }

async function knockOf(
  context: Context,
  request: AdmissionRequest,
  profile: 2 | 3,
  record: StationRecord | undefined,
) {
  const { id, peer, basic } = request
  if (profile === 3) {
    if (peer?.stationId === undefined) return { id, profile }
    return { id, profile, certificateFor: peer.stationId, certificateEui: peer.eui }
  }
  if (record !== undefined) await learnPassword(context, record)
  if (basic === undefined || basic.user !== id) return { id, profile }
  const passwordSha256 = toHex(context.deps.crypto.sha256(utf8(basic.password)))
  return { id, profile, passwordSha256 }
}

/** The register of devices knows the password until first contact is over; the database keeps it. */
async function learnPassword(context: Context, record: StationRecord): Promise<void> {
  if (record.commissioned || record.passwordSha256 !== undefined) return
  const known = await context.supervisor.passwordSha256(record.stationId)
  if (known === undefined) return
  await context.stations.rememberPassword(record.stationId, known)
  Object.assign(record, { passwordSha256: known })
}

async function refusedKnock(
  context: Context,
  id: string,
  profile: 2 | 3,
  reason: string,
): Promise<void> {
  context.audit.record('ConnectionRefused', { id, profile, reason })
  context.tell({
    kind: 'security',
    station: id,
    reason: 'ConnectionRefused',
    data: { detail: reason },
  })
  await context.stations.knocked(id, reason, context.deps.clock.now())
}

/**
 * One connection per identity. A second one is let in only when the first is dead: otherwise whoever
 * holds a copy of the key could push the real station out.
 */
async function seat(context: Context, record: StationRecord, profile: 2 | 3): Promise<Admission> {
  const live = context.sessions.get(record.stationId)
  if (live === undefined || (live.profile === 2 && profile === 3)) return { ok: true }
  if (!(await answers(live))) return { ok: true }
  context.audit.critical('SecondConnection', { station: record.stationId, profile })
  context.tell({ kind: 'security', station: record.stationId, reason: 'SecondConnection' })
  return { ok: false, status: 429, reason: 'AlreadyConnected' }
}

/** Any answer will do, a refusal too: only a dead connection gives none. */
async function answers(session: Session): Promise<boolean> {
  try {
    const options = { timeoutMillis: probeMillis }
    await session.endpoint.call('TriggerMessage', { requestedMessage: 'Heartbeat' }, options)
    return true
  } catch (cause) {
    if (!(cause instanceof CallFailed)) throw cause
    return cause.code !== 'Timeout' && cause.code !== 'Closed'
  }
}
