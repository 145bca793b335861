import { toHex, utf8, type StationId } from '@interlock/kernel'
import { ownerName } from '@interlock/ocpi'
import type { Admission } from './admissions.ts'
import type { ChargingPoint, Place } from './ocpi-config.ts'
import type { RoamingDesk } from './roaming.ts'

/** Of a session that was told to a party. */
export type SessionPlace = {
  readonly party: string
  readonly stationId: StationId
  readonly transactionId: string
  readonly evse: number
  readonly isActive: boolean
  /** By which it was told first: what is said of the token later is of later charges. */
  readonly admission?: Admission
}

const idLength = 32
/** Names a transaction, or a place that is kept free, for others: those of two stations may be alike. */
export const sessionId = (
  { context }: Pick<RoamingDesk, 'context'>,
  stationId: StationId,
  transactionId: string,
): string => {
  const name = utf8(JSON.stringify([stationId, transactionId]))
  return toHex(context.deps.crypto.sha256(name)).slice(0, idLength)
}

type Kept = Pick<RoamingDesk, 'context' | 'objects' | 'us'>
const nameOf = (desk: Kept, stationId: StationId, transactionId: string) => ({
  module: 'reserved-charges',
  owner: ownerName(desk.us),
  id: sessionId(desk, stationId, transactionId),
})

/** The session of a transaction: that of the reservation that it came of, where it did. */
export async function sessionIdOf(
  desk: Kept,
  stationId: StationId,
  transactionId: string,
): Promise<string> {
  const name = nameOf(desk, stationId, transactionId)
  return ((await desk.objects.find(name)) as { session: string } | undefined)?.session ?? name.id
}

/** From now on the transaction is that session. */
export const becomeSession = async (
  desk: Kept,
  stationId: StationId,
  transactionId: string,
  session: string,
): Promise<void> => {
  const lastUpdated = desk.context.deps.clock.now()
  await desk.objects.put({
    ...nameOf(desk, stationId, transactionId),
    lastUpdated,
    object: { session },
  })
}

/** Where an EVSE of a station is, as others know it; of any where none is named. */
export function placeOf(
  { places }: Pick<RoamingDesk, 'places'>,
  stationId: StationId,
  evse: number | undefined,
): { readonly place: Place; readonly point: ChargingPoint } | undefined {
  for (const place of places)
    for (const point of place.points)
      if (point.stationId === stationId && (evse ?? point.evse) === point.evse)
        return { place, point }
  return undefined
}
