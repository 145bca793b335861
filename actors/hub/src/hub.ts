import {
  ensureDir,
  listenFrames,
  loadIdentity,
  openAudit,
  readText,
  type ActorDeps,
  type Running,
} from '@interlock/host'
import { eui64, Fault, fromHex, type Eui64 } from '@interlock/kernel'
import type { HubConfig } from './config.ts'
import { createHome } from './home.ts'
import { simulatedNetwork } from './network.ts'
import { openWanLink, type Delivery } from './wan-link.ts'

export type HubRunning = Running & {
  /** Of the home area network. */
  readonly port: number
  /** Whether the line to the data company is up. */
  readonly connected: () => boolean
}

/** A device answers within this, or the hub says that it did not. */
const deliveryMillisMax = 10_000

/**
 * A communications hub, simulated. It relays between data company and home, and holds no key that
 * could read, make or change what it relays.
 * @throws Fault when the identity or trust cannot be read, or the port is taken.
 */
export async function startHub(config: HubConfig, deps: ActorDeps): Promise<HubRunning> {
  const eui = eui64(config.eui)
  const identity = loadIdentity(config.identity)
  if (identity.peer.role !== 'hub' || identity.peer.eui !== eui)
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of hub ${eui}`)
  const trust = { roots: [readText(config.trust.smartMeter)] }
  ensureDir(config.data)
  const audit = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock: deps.clock,
    identity,
  })

  const network = simulatedNetwork(config.network, deps)

  const deliver = async (to: Eui64, frame: Uint8Array): Promise<Delivery> => {
    const device = home.deviceOf(to)
    if (device === undefined) return { problem: 'DeviceOffline' }
    try {
      if (!(await network.wan()) || !(await network.han())) return { problem: 'Timeout' }
      const answer = await device.request(frame, deliveryMillisMax)
      if (!(await network.han()) || !(await network.wan())) return { problem: 'Timeout' }
      audit.record('Delivered', { to, bytes: frame.length, answered: answer.length > 0 })
      return { answer }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      deps.log.warn({ to, detail: error.message }, 'a device did not answer')
      return { problem: 'Timeout' }
    }
  }

  const home = createHome({
    key: fromHex(config.hanKey) ?? new Uint8Array(),
    meter: eui64(config.meter),
    devices: new Set(config.devices),
    onAlert: async (from, alert) =>
      (await network.han()) && (await network.wan()) ? wan.alert(from, alert) : 'later',
    crypto: deps.crypto,
    wall: deps.wall,
    log: deps.log,
  })
  const han = await listenFrames({
    listen: config.listen,
    activity: deps.activity,
    log: deps.log,
    accept: (socket) => home.admit(socket),
  })
  const wan = openWanLink({ eui, url: config.wan, identity, trust, deliver }, deps)

  return {
    port: han.port,
    connected: wan.connected,
    async close() {
      await wan.close()
      await han.close()
      audit.close()
    },
  }
}
