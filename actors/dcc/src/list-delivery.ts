import { hanAnswers, hanRevocationList } from '@interlock/contract'
import { inTurnByKey, ok, type Eui64, type Outcome } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Hierarchy } from '@interlock/pki'
import type { Device, Inventory } from './inventory.ts'
import type { RevocationLists } from './revocation-lists.ts'
import type { DeliveryProblem, WanServer } from './wan-server.ts'

/** Brings the newest revocation lists to LLCSs, which verify them and pass them to their chargers. */
export type ListDelivery = {
  /**
   * Before every command to a device: it judges a signer by the newest list or not at all. Does
   * nothing for a device that has answered to the newest lists, or takes none.
   */
  bring(device: Device): Promise<Outcome<undefined, DeliveryProblem>>
  /** To everybody who has not answered to the newest; whoever cannot be reached is brought them later. */
  bringToAll(): Promise<void>
}

const hierarchies: readonly Hierarchy[] = ['smartMeter', 'charging']
const atOnceMax = 64

export function createListDelivery(
  wan: WanServer,
  lists: RevocationLists,
  inventory: Inventory,
  audit: Audit,
): ListDelivery {
  /** Number of the list that a device has answered to. */
  const answered = new Map<string, number>()

  const bringNow = async (device: Device): Promise<Outcome<undefined, DeliveryProblem>> => {
    if (device.kind !== 'llcs') return ok(undefined)
    for (const hierarchy of hierarchies) {
      const list = lists.held(hierarchy)
      const key = keyOf(device.eui, hierarchy)
      if (list === undefined || answered.get(key) === list.number) continue
      const answer = await wan.deliver(device, hanRevocationList(list.text))
      if (!answer.ok) return answer
      answered.set(key, list.number)
      const taken = answer.value[0] === hanAnswers.done
      audit.record('RevocationListDelivered', {
        device: device.eui,
        hierarchy,
        number: list.number,
        taken,
      })
    }
    return ok(undefined)
  }
  /** One after the other for each device, so that nothing is sent twice. */
  const turn = inTurnByKey<Eui64>()
  const bring = (device: Device): Promise<Outcome<undefined, DeliveryProblem>> =>
    turn(device.eui, () => bringNow(device))
  return {
    bring,
    async bringToAll() {
      const devices = inventory.devices()
      const worker = async (): Promise<void> => {
        for (let next = devices.next(); next.done !== true; next = devices.next())
          await bring(next.value)
      }
      await Promise.all(Array.from({ length: atOnceMax }, worker))
    },
  }
}

const keyOf = (device: Eui64, hierarchy: Hierarchy): string => `${device}/${hierarchy}`
