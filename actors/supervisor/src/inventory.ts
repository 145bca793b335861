import { InventoryEntry } from '@interlock/contract'
import type { HttpClient } from '@interlock/host'
import { Fault, ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import { Value } from 'typebox/value'
import type { Device } from './core/device.ts'

/** The data company's inventory of devices, as far as the supervisor asks for it. */
export type Inventory = {
  /**
   * Whether both ledgers will charge the same for this device: every EVSE behind its LLCS has the
   * rating that it is registered with. A device without an LLCS is in no inventory.
   */
  agrees(
    device: Pick<Device, 'llcs' | 'evses' | 'ratingWatts'>,
  ): Promise<Outcome<undefined, 'InventoryMismatch' | 'PeerUnavailable'>>
}

export const dccInventory = (client: HttpClient, url: string): Inventory => ({
  async agrees({ llcs, evses, ratingWatts }) {
    if (llcs === undefined) return ok(undefined)
    const ratings = await ratingsBehind(llcs, client, url)
    if (!ratings.ok) return ratings
    for (const evse of evses) {
      const known = ratings.value.get(evse)
      if (known === undefined) return refused('InventoryMismatch', `${llcs} has no EVSE ${evse}`)
      if (known !== ratingWatts)
        return refused('InventoryMismatch', `EVSE ${evse} of ${llcs} is of ${known} W`)
    }
    return ok(undefined)
  },
})

async function ratingsBehind(
  llcs: Eui64,
  client: HttpClient,
  url: string,
): Promise<Outcome<ReadonlyMap<number, number>, 'InventoryMismatch' | 'PeerUnavailable'>> {
  try {
    const { status, body } = await client.request('GET', `${url}/api/v1/devices/${llcs}`)
    if (status === 404) return refused('InventoryMismatch', `${llcs} is not in it`)
    if (status !== 200 || !Value.Check(InventoryEntry, body))
      return refused('PeerUnavailable', `the data company answered ${status}`)
    return ok(new Map(body.controllers.map((each) => [each.number, each.ratingWatts])))
  } catch (error) {
    if (error instanceof Fault) return refused('PeerUnavailable', error.message)
    throw error
  }
}
