import { toIso, type StationId } from '@interlock/kernel'
import { ownerName, type OcpiParty, type Session } from '@interlock/ocpi'
import type { Admission } from './admissions.ts'
import { sessionOf } from './objects.ts'
import type { RoamingDesk } from './roaming.ts'
import { placeOf } from './session-place.ts'

/*
 * A place that is kept free is told as a session that has not begun. It is the session of the charge that comes of it, and
 * completed where none does (§9.1.3).
 */

type Kept = Pick<RoamingDesk, 'context' | 'objects' | 'us' | 'outbox'>

/** The place is kept free from now on. */
export async function tellReserved(
  desk: Kept & Pick<RoamingDesk, 'places' | 'tariff'>,
  { name: party }: Pick<OcpiParty, 'name'>,
  reserved: {
    readonly session: string
    readonly stationId: StationId
    readonly evse: number
    readonly admission: Admission
  },
): Promise<void> {
  const { session: id, stationId, evse, admission } = reserved
  const where = placeOf(desk, stationId, evse)
  const held = await heldSession(desk, id)
  // Its driver may have been quicker than the station's answer.
  if (where === undefined || (held !== undefined && held.status !== 'RESERVATION')) return
  const at = desk.context.deps.clock.now()
  const state = { startedAt: at, endedAt: undefined, wattHours: 0, at, isReserved: true }
  const session = sessionOf({ id, ...admission, ...where }, desk.us, desk.tariff, state)
  const start_date_time = held?.start_date_time ?? session.start_date_time
  await tell(desk, party, { ...session, start_date_time })
}

/** Of one that somebody charges by the charge tells. */
export async function endReserved(desk: Kept, party: string, id: string): Promise<void> {
  const held = await heldSession(desk, id)
  if (held?.status !== 'RESERVATION') return
  const now = toIso(desk.context.deps.clock.now())
  await tell(desk, party, { ...held, status: 'COMPLETED', end_date_time: now, last_updated: now })
}

const heldSession = async ({ objects, us }: Kept, id: string) =>
  (await objects.find({ module: 'sessions', owner: ownerName(us), id })) as Session | undefined

async function tell({ objects, us, outbox, context }: Kept, party: string, session: Session) {
  const { id } = session
  const kept = { module: 'sessions', owner: ownerName(us), id, audience: party }
  await objects.put({ ...kept, lastUpdated: context.deps.clock.now(), object: session })
  await outbox.pushState(party, 'sessions', id, session)
}
