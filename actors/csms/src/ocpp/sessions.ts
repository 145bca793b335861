import type { OcppSocket } from '@interlock/host'
import { millis, stationId, type StationId } from '@interlock/kernel'
import { createEndpoint, type Problem } from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context, Session } from '../context.ts'
import type { SecurityProfile, TrustMode } from '../data/stations.ts'
import { createConflicts } from './conflicts.ts'
import { handlersFor, type Sender } from './handlers.ts'
import { recorded } from './recorded.ts'
import { createRefusedFrames, type RefusedFrames } from './refused-frames.ts'

/**
 * An admitted connection becomes the station's session, in the place of one under a lower profile. Of
 * several that were admitted while there was none the first stays.
 */
export function openSession(context: Context, socket: OcppSocket, profile: SecurityProfile): void {
  const id = stationId(socket.id)
  const before = context.sessions.get(id)
  if (before !== undefined && before.profile >= profile) {
    secondConnection(context, id, profile)
    socket.close(1008, 'this identity is connected')
    return
  }
  if (before !== undefined) endSession(context, before, 'HigherProfile')
  const { activity, wall } = context.deps
  // Admission has read it from the database.
  const trust = context.views.get(id)?.record.trust ?? 'supervised'
  const leave = (reason: string): void =>
    void wall.after(millis(0), `leave/${id}`, () => socket.close(1008, reason))
  const conflicts = createConflicts(context, id)
  const sender: Sender = { stationId: id, profile, trust, leave, conflicts }
  const refused = createRefusedFrames(context, id, () =>
    socket.close(1008, 'too many frames that cannot be read'),
  )
  const endpoint = createEndpoint({
    transport: recorded(socket, id, context.history),
    handlers: handlersFor(context, sender),
    wall,
    activity,
    onProblem: problemsOf(context, id, refused),
  })
  const session = { stationId: id, profile, endpoint, socket }
  context.sessions.set(id, session)
  if (profile === 3) context.live.set(id, endpoint)
  context.hooks.opened(id, endpoint)
  context.audit.record('Connected', { station: id, profile })
  seen(context, sender)
  socket.onClose(() => {
    refused.over()
    conflicts.over()
    left(context, session)
  })
}

/** A newer connection takes its place; why goes on the record. */
export function endSession(
  context: Context,
  session: Session,
  reason: 'DoesNotAnswer' | 'HigherProfile',
): void {
  const { stationId: station, profile } = session
  context.audit.critical('ConnectionReplaced', { station, profile, reason })
  context.tell({ kind: 'security', station, reason: 'ConnectionReplaced' })
  left(context, session)
  session.endpoint.close(1001, 'replaced by a newer connection')
}

/** Someone came under an identity that is connected, and was refused. */
export function secondConnection(
  context: Context,
  station: string,
  profile: SecurityProfile,
): void {
  context.audit.critical('SecondConnection', { station, profile })
  context.tell({ kind: 'security', station, reason: 'SecondConnection' })
}

const problemsOf =
  (context: Context, id: StationId, refused: RefusedFrames) => (problem: Problem) => {
    context.deps.log.warn({ station: id, ...problem }, 'a problem on the connection')
    const { code, detail, messageId } = problem
    context.history.add({ stationId: id, direction: 'in', problem: { code, detail, messageId } })
    if (problem.kind === 'frame' || problem.kind === 'overload') refused.add(problem.kind, code)
  }

function left(context: Context, session: Session): void {
  const { stationId: id } = session
  if (context.sessions.get(id) !== session) return
  context.sessions.delete(id)
  context.live.delete(id)
  const view = context.views.get(id)
  if (view !== undefined)
    Object.assign(view, { connected: false, identifiedBy: 'none', securityProfile: undefined })
  context.audit.record('Disconnected', { station: id })
  context.tell({ kind: 'state', station: id, reason: 'Disconnected' })
}

function seen(context: Context, { stationId: id, profile }: Sender): void {
  const view = context.views.get(id)
  const identifiedBy = proofOf(profile, view?.record.trust)
  if (view !== undefined)
    Object.assign(view, { connected: true, identifiedBy, securityProfile: profile })
  if (profile === 3) commissioned(context, id)
  context.tell({ kind: 'state', station: id, reason: 'Connected', data: { identifiedBy } })
  context.hooks.replan(id)
}

/** The password of a supervised station is for first contact only. */
const proofOf = (profile: SecurityProfile, trust: TrustMode | undefined) =>
  profile === 3 ? 'certificate' : trust === 'standard' ? 'password' : 'firstContact'

function commissioned(context: Context, id: StationId): void {
  const view = context.views.get(id)
  if (view?.record.commissioned === true) return
  inBackground(context.deps, 'commissioned', async () => {
    await context.stations.commissioned(id, context.deps.clock.now())
    if (view !== undefined) view.record = { ...view.record, commissioned: true }
  })
}
