import type { Instant, StationId } from '@interlock/kernel'
import { ownerName, sameCi, type OcpiParty, type Token } from '@interlock/ocpi'
import { endReserved } from './reserved-sessions.ts'
import type { RoamingDesk } from './roaming.ts'
import { becomeSession } from './session-place.ts'

/** A reservation of a provider: by its own name, and by the number that the station knows it by. */
export type Reservation = {
  readonly id: string
  /** Drawn at random: whoever chooses the id must not hit on the number of another's. */
  readonly number: number
  readonly stationId: StationId
  readonly evse: number
  readonly until: Instant
  /** Who is expected there. */
  readonly driver: Pick<Token, 'type' | 'uid'>
  /** By which it is told. */
  readonly session: string
}
type Kept = Pick<RoamingDesk, 'objects' | 'context' | 'us' | 'outbox'>

/** So many places one provider may keep free at a time. */
export const reservationsMax = 20
const module = 'reservations'

/** A positive number of 31 bits that nobody can foresee. */
export function newNumber({ context }: Pick<RoamingDesk, 'context'>): number {
  const bytes = context.deps.entropy.bytes(4)
  return 1 + (bytes.reduce((sum, byte) => sum * 256 + byte, 0) % 2_147_483_647)
}

const nameOf = ({ owner }: OcpiParty, id: string) => ({ module, owner: ownerName(owner), id })

export async function keepReservation(
  { objects }: Kept,
  party: OcpiParty,
  reservation: Reservation,
): Promise<void> {
  const { id, until: lastUpdated } = reservation
  const kept = { ...nameOf(party, id), lastUpdated, audience: party.name }
  await objects.put({ ...kept, object: reservation })
}

/** It is kept no longer; its session is told as what has become of it by whoever knows. */
export const dropReservation = async (
  { objects }: Pick<Kept, 'objects'>,
  party: OcpiParty,
  id: string,
) => void (await objects.remove(nameOf(party, id)))

/** Nobody has charged by it: its session is over. */
export async function endReservation(
  desk: Kept,
  party: OcpiParty,
  { id, session }: Reservation,
): Promise<void> {
  await dropReservation(desk, party, id)
  await endReserved(desk, party.name, session)
}

/** Those of a provider that have not ended; what has is over. */
export async function reservationsOf(
  desk: Kept,
  party: OcpiParty,
  now: Instant,
): Promise<readonly Reservation[]> {
  const page = { offset: 0, limit: 2 * reservationsMax }
  const { objects: all } = await desk.objects.list(module, page, party.name)
  const held = all as readonly Reservation[]
  for (const each of held) if (each.until <= now) await endReservation(desk, party, each)
  return held.filter(({ until }) => until > now)
}

export const findReservation = async (
  desk: Kept,
  party: OcpiParty,
  id: string,
  now: Instant,
): Promise<Reservation | undefined> =>
  (await reservationsOf(desk, party, now)).find((each) => sameCi(each.id, id))

/** A charge by that driver is what the place was kept free for: it is the reservation's session from now on. */
export async function takeReservation(
  desk: Kept,
  party: OcpiParty,
  charge: Pick<Reservation, 'stationId' | 'evse' | 'driver'> & { readonly transactionId: string },
  now: Instant,
): Promise<string | undefined> {
  const { stationId, evse, driver, transactionId } = charge
  const isIt = (each: Reservation): boolean =>
    each.stationId === stationId &&
    each.evse === evse &&
    each.driver.type === driver.type &&
    sameCi(each.driver.uid, driver.uid)
  const found = (await reservationsOf(desk, party, now)).find(isIt)
  if (found === undefined) return undefined
  await becomeSession(desk, stationId, transactionId, found.session)
  await dropReservation(desk, party, found.id)
  return found.session
}
