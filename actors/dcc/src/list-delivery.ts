import { hanAnswers, hanRevocationList } from '@interlock/contract'
import { inTurnByKey, ok, type Eui64, type Outcome } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Hierarchy } from '@interlock/pki'
import type { Device, Inventory } from './inventory.ts'
import type { HeldList, RevocationLists } from './revocation-lists.ts'
import type { DeliveryProblem, WanServer } from './wan-server.ts'

/** Brings the newest revocation lists to LLCSs, which verify them and pass them to their chargers. */
export type ListDelivery = {
  /**
   * Before every command to a device: it judges a signer by the newest list or not at all. Does
   * nothing for a device that has answered to the newest lists, or takes none.
   */
  bring(device: Device): Promise<Outcome<undefined, DeliveryProblem>>
  /**
   * To everybody who has not answered to the newest; whoever cannot be reached is brought them later. One device of each
   * home at a time, however many are silent there: the others' turn comes meanwhile.
   */
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

  /** The newest, where the device has not answered to it. */
  const lacked = ({ kind, eui }: Device, hierarchy: Hierarchy): HeldList | undefined => {
    const list = kind === 'llcs' ? lists.held(hierarchy) : undefined
    return answered.get(keyOf(eui, hierarchy)) === list?.number ? undefined : list
  }
  const bringNow = async (device: Device): Promise<Outcome<undefined, DeliveryProblem>> => {
    for (const hierarchy of hierarchies) {
      const list = lacked(device, hierarchy)
      if (list === undefined) continue
      const answer = await wan.deliver(device, hanRevocationList(list.text))
      if (!answer.ok) return answer
      answered.set(keyOf(device.eui, hierarchy), list.number)
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
  /** Hubs behind which somebody is being brought them. */
  const underWay = new Set<Eui64>()
  const toHome = async (hub: Eui64, devices: readonly Device[]): Promise<void> => {
    underWay.add(hub)
    try {
      for (const device of devices) await bring(device)
    } finally {
      underWay.delete(hub)
    }
  }
  return {
    bring,
    async bringToAll() {
      const homes = new Map<Eui64, Device[]>()
      for (const device of inventory.devices()) {
        if (!hierarchies.some((each) => lacked(device, each) !== undefined)) continue
        const home = homes.get(device.hub)
        if (home === undefined) homes.set(device.hub, [device])
        else home.push(device)
      }
      const waiting = homes.entries()
      const worker = async (): Promise<void> => {
        for (const [hub, devices] of waiting) if (!underWay.has(hub)) await toHome(hub, devices)
      }
      await Promise.all(Array.from({ length: atOnceMax }, worker))
    },
  }
}

const keyOf = (device: Eui64, hierarchy: Hierarchy): string => `${device}/${hierarchy}`
