import type { SignedGuest } from '@interlock/contract'
import { ownerName, sameCi, type Location, type OcpiOwner } from '@interlock/ocpi'
import type { RoamingDesk } from './roaming.ts'

type Desk = Pick<RoamingDesk, 'context' | 'places'>

/**
 * What a provider may know of: public places, and of the private ones those where the owner lets a contract of this
 * provider pay for a guest (PF24, SF9), for as long as that guest may charge. A home is else nobody's to find.
 */
export async function openTo(
  { context, places }: Desk,
  locations: readonly Location[],
  provider: OcpiOwner,
): Promise<readonly Location[]> {
  const homes = places.filter(({ publish }) => !publish)
  const stations = homes.flatMap(({ points }) => points.map(({ stationId }) => stationId))
  const now = context.deps.clock.now()
  const permits = ({ guest }: SignedGuest): boolean =>
    guest.payer !== null &&
    sameCi(guest.payer.issuer, ownerName(provider)) &&
    guest.wattHours > 0 &&
    now < guest.until
  const guests = await context.known.ofStations(stations, 'guest')
  const lent = new Set(
    guests.filter(({ value }) => permits(value as SignedGuest)).map((each) => each.stationId),
  )
  const open = new Set(
    places
      .filter(({ publish, points }) => publish || points.some((each) => lent.has(each.stationId)))
      .map(({ id }) => id),
  )
  return locations.filter(({ id }) => open.has(id))
}
