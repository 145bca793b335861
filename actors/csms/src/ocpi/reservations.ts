import type { Instant, StationId } from '@interlock/kernel'
import { ownerName, sameCi, type OcpiParty, type Token } from '@interlock/ocpi'
import type { RoamingDesk } from './roaming.ts'

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
}
type Kept = Pick<RoamingDesk, 'objects' | 'context'>

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

export const dropReservation = async ({ objects }: Kept, party: OcpiParty, id: string) =>
  void (await objects.remove(nameOf(party, id)))

/** Those of a provider that have not ended; what has is forgotten. */
export async function reservationsOf(
  desk: Kept,
  party: OcpiParty,
  now: Instant,
): Promise<readonly Reservation[]> {
  const page = { offset: 0, limit: 2 * reservationsMax }
  const { objects: all } = await desk.objects.list(module, page, party.name)
  const held = all as readonly Reservation[]
  for (const { id, until } of held) if (until <= now) await dropReservation(desk, party, id)
  return held.filter(({ until }) => until > now)
}

export const findReservation = async (
  desk: Kept,
  party: OcpiParty,
  id: string,
  now: Instant,
): Promise<Reservation | undefined> =>
  (await reservationsOf(desk, party, now)).find((each) => sameCi(each.id, id))
