import type { OcppSocket } from '@interlock/host'
import { stationId, type StationId } from '@interlock/kernel'
import { createEndpoint } from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context, Session } from '../context.ts'
import { newView } from '../core/view.ts'
import { handlersFor } from './handlers.ts'

/** An admitted connection becomes the station's session, in the place of an older one. */
export function openSession(context: Context, socket: OcppSocket, profile: 2 | 3): void {
  const id = stationId(socket.id)
  const { activity, wall, log } = context.deps
  const endpoint = createEndpoint({
    transport: socket,
    handlers: handlersFor(context, { stationId: id, profile }),
    wall,
    activity,
    onProblem: (problem) => {
      log.warn({ station: id, ...problem }, 'a problem on the connection')
      if (problem.kind === 'frame' || problem.kind === 'overload')
        context.audit.record('FrameRefused', { station: id, code: problem.code })
    },
  })
  const session = { stationId: id, profile, endpoint, socket }
  const before = context.sessions.get(id)
  context.sessions.set(id, session)
  if (profile === 3) context.live.set(id, endpoint)
  context.hooks.opened(id, endpoint)
  before?.endpoint.close(1001, 'replaced by a newer connection')
  context.audit.record('Connected', { station: id, profile })
  seen(context, id, profile)
  socket.onClose(() => left(context, session))
}

function left(context: Context, session: Session): void {
  const { stationId: id } = session
  if (context.sessions.get(id) !== session) return
  context.sessions.delete(id)
  context.live.delete(id)
  const view = context.views.get(id)
  if (view !== undefined) Object.assign(view, { connected: false, trustMode: 'none' })
  context.audit.record('Disconnected', { station: id })
  context.tell({ kind: 'state', station: id, reason: 'Disconnected' })
}

function seen(context: Context, id: StationId, profile: 2 | 3): void {
  const view = context.views.get(id)
  const trustMode = profile === 3 ? 'certificate' : 'firstContact'
  if (view === undefined)
    inBackground(context.deps, 'load-station', () => load(context, id, trustMode))
  else Object.assign(view, { connected: true, trustMode })
  if (profile === 3) commissioned(context, id)
  context.tell({ kind: 'state', station: id, reason: 'Connected', data: { trustMode } })
  context.hooks.replan(id)
}

/** A station that was put into the database while the CSMS was running. */
async function load(
  context: Context,
  id: StationId,
  trustMode: 'certificate' | 'firstContact',
): Promise<void> {
  const record = await context.stations.find(id)
  if (record !== undefined)
    context.views.set(id, { ...newView(record), connected: true, trustMode })
}

function commissioned(context: Context, id: StationId): void {
  const view = context.views.get(id)
  if (view?.record.commissioned === true) return
  inBackground(context.deps, 'commissioned', async () => {
    await context.stations.commissioned(id, context.deps.clock.now())
    if (view !== undefined) view.record = { ...view.record, commissioned: true }
  })
}
