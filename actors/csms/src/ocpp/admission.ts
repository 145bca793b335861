import {
  createAttempts,
  type Admission,
  type AdmissionRequest,
  type Closers,
  type UpgradeRefusal,
} from '@interlock/host'
import { refused, toHex, utf8 } from '@interlock/kernel'
import type { Context } from '../context.ts'
import { admit, type Admitted, type Knock } from '../core/admission.ts'
import { newView } from '../core/view.ts'
import type { SecurityProfile, StationRecord } from '../data/stations.ts'
import { settlePassword } from '../password-set.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { endSession, secondConnection } from './sessions.ts'
import { createTally } from './tally.ts'

/** How long a connection that seems dead has to answer before another takes its place. */
const probeMillis = 3_000

/**
 * Whoever comes too often is in the audit once a minute, with all others. It ends with `closers`.
 *
 * Decides about an upgrade request by the database of stations and the connections there are. When
 * the database is gone it throws, and the transport answers 503.
 */
export const admission = (context: Context, profile: SecurityProfile, closers: Closers) => {
  const isRight = createPasswords(context.deps)
  const attempts = createAttempts()
  const untold = createTally(context.deps.wall, `refused/${profile}`, (reasons, count) =>
    context.audit.record('ConnectionsRefused', { profile, count, reasons }),
  )
  closers.push(untold.over)
  return async (request: AdmissionRequest): Promise<Admission> => {
    const { id, address } = request
    const attempt = attempts.begin(id, address, context.deps.clock.now())
    if (attempt === undefined) {
      untold.add('RateExceeded')
      return refused('RateExceeded')
    }
    try {
      const verdict = await judge(context, request, profile, isRight)
      if (verdict.ok) {
        attempt.uncount()
        return verdict
      }
      // Whoever has proved to be someone who is connected is no noise.
      if (attempt.refused() || verdict.reason === 'AlreadyConnected')
        await tellOf(context, request, profile, verdict)
      else untold.add(verdict.reason)
      return told(verdict, profile)
    } catch (cause) {
      attempt.uncount()
      throw cause
    }
  }
}

async function judge(
  context: Context,
  request: AdmissionRequest,
  profile: SecurityProfile,
  isRight: Passwords,
): Promise<Admission> {
  const record = await context.stations.find(request.id)
  const { knock, used } = await knockOf(context, request, profile, record, isRight)
  const verdict = admit(knock, record === undefined ? undefined : admittedOf(record))
  if (!verdict.ok) return verdict
  if (record === undefined) return refused('UnknownIdentity')
  const seated = await seat(context, record, profile)
  if (!seated.ok) return seated
  await settlePassword(context, record, used)
  await welcome(context, record, profile)
  return seated
}

async function tellOf(
  context: Context,
  { id, peer }: AdmissionRequest,
  profile: SecurityProfile,
  refusal: UpgradeRefusal,
): Promise<void> {
  // It is known who that is; the record of it has a name of its own.
  if (refusal.reason === 'AlreadyConnected') return secondConnection(context, id, profile)
  recordRefusal(context, id, profile, refusal)
  await context.stations.knocked({
    id,
    reason: wordsOf(refusal),
    at: context.deps.clock.now(),
    securityProfile: profile,
    certificateEui: peer?.eui,
  })
}

/** Whoever shows a certificate is told what is wrong with it; whoever may be guessing is not. */
const told = (refusal: UpgradeRefusal, profile: SecurityProfile): UpgradeRefusal =>
  profile === 3 ? refusal : refused(refusal.reason)

const wordsOf = ({ reason, detail }: UpgradeRefusal): string => detail ?? reason

const admittedOf = (record: StationRecord): Admitted => ({
  ...record,
  passwordExpected: (passwordOf(record) ?? '') !== '',
})
const passwordOf = ({ trust, passwordHash, passwordSha256 }: StationRecord): string | undefined =>
  trust === 'standard' ? passwordHash : passwordSha256

/** One that was put into the database, or changed there, while the CSMS was running. */
async function welcome(
  context: Context,
  record: StationRecord,
  profile: SecurityProfile,
): Promise<void> {
  const { stationId, securityProfile = 0 } = record
  const raised = Math.max(securityProfile, profile) as SecurityProfile
  // On record before it is let in: it shall not come back under a lower one (A05).
  if (raised > securityProfile) await context.stations.raiseProfile(stationId, raised)
  const seen = { ...record, securityProfile: raised }
  const view = context.views.get(stationId)
  if (view === undefined) context.views.set(stationId, newView(seen))
  else view.record = seen
}

async function knockOf(
  context: Context,
  request: AdmissionRequest,
  profile: SecurityProfile,
  record: StationRecord | undefined,
  isRight: Passwords,
): Promise<{ readonly knock: Knock; readonly used?: string | undefined }> {
  const { id, peer, basic } = request
  if (profile === 3) {
    const certificate = peer === undefined ? {} : { certificate: peer }
    return { knock: { id, profile, password: 'none', ...certificate } }
  }
  if (basic === undefined || basic.user !== id) return { knock: { id, profile, password: 'none' } }
  if (record === undefined) return { knock: { id, profile, password: 'wrong' } }
  if (record.trust === 'standard') {
    const used = await isRight(record, basic.password)
    return { knock: { id, profile, password: used === undefined ? 'wrong' : 'right' }, used }
  }
  const right = await isFirstContact(context, record, basic.password)
  return { knock: { id, profile, password: right ? 'right' : 'wrong' } }
}

async function isFirstContact(
  context: Context,
  record: StationRecord,
  password: string,
): Promise<boolean> {
  await learnPassword(context, record)
  const offered = toHex(context.deps.crypto.sha256(utf8(password)))
  return !record.commissioned && offered === record.passwordSha256
}

/** The register of devices knows the password until first contact is over; the database keeps it. */
async function learnPassword(context: Context, record: StationRecord): Promise<void> {
  if (record.commissioned || record.passwordSha256 !== undefined) return
  const known = await context.supervisor.passwordSha256(record.stationId)
  if (known === undefined) return
  await context.stations.rememberPassword(record.stationId, known)
  Object.assign(record, { passwordSha256: known })
}

/** On the record and told: by the name of the reason, and with what was seen. */
export function recordRefusal(
  context: Context,
  id: string | undefined,
  profile: SecurityProfile,
  refusal: UpgradeRefusal,
): void {
  const { reason, detail = null } = refusal
  context.audit.record('ConnectionRefused', { id: id ?? null, profile, reason, detail })
  context.tell({
    kind: 'security',
    ...(id === undefined ? {} : { station: id }),
    reason: 'ConnectionRefused',
    data: { detail: wordsOf(refusal) },
  })
}

/**
 * One connection per identity. A second one is let in only when the first is dead: otherwise whoever
 * holds a copy of the key could push the real station out.
 */
async function seat(
  context: Context,
  { stationId }: StationRecord,
  profile: SecurityProfile,
): Promise<Admission> {
  const live = context.sessions.get(stationId)
  if (live === undefined || live.profile < profile) return { ok: true }
  if (await live.socket.answers(probeMillis)) return refused('AlreadyConnected')
  // Of those who waited for the same answer the first has ended it.
  const now = context.sessions.get(stationId)
  if (now === live) endSession(context, live, 'DoesNotAnswer')
  return now === live || now === undefined ? { ok: true } : refused('AlreadyConnected')
}
