import {
  parseWan,
  wanBytes,
  wanFrame,
  wanKey,
  wanPath,
  wanSubprotocol,
  wanVerdict,
  type AlertVerdict,
  type WanMessage,
} from '@interlock/contract'
import {
  messagePace,
  openOcppServer,
  type ActorDeps,
  type Identity,
  type ListenConfig,
  type OcppSocket,
  type Running,
  type Trust,
  type UpgradeRefusal,
} from '@interlock/host'
import { inSeconds, ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { Bearer } from '@interlock/pki'
import type { Device, Inventory } from './inventory.ts'

export type DeliveryProblem = 'DeviceUnreachable' | 'DeliveryTimeout'

/** The wide area network: hubs connect to it, each with its own certificate. */
export type WanServer = Running & {
  readonly port: number
  /** The device's answer; empty when it discarded the message. */
  deliver(device: Device, frame: Uint8Array): Promise<Outcome<Uint8Array, DeliveryProblem>>
  readonly hubsConnected: () => number
  /** Whether its hub is connected. */
  reaches(device: Pick<Device, 'hub'>): boolean
}

type Waiting = {
  readonly socket: OcppSocket
  readonly settle: (message: WanMessage | undefined) => void
}

const deliveryMillisMax = inSeconds(15)

export async function openWanServer(
  options: {
    readonly listen: ListenConfig
    readonly identity: Identity
    readonly trust: Trust
    readonly inventory: Inventory
    readonly audit: Audit
    /** An alert from a device of that hub. */
    readonly onAlert: (hub: Eui64, from: Eui64, alert: Uint8Array) => Promise<AlertVerdict>
  },
  deps: ActorDeps,
): Promise<WanServer> {
  const hubs = new Map<Eui64, OcppSocket>()
  const waiting = new Map<string, Waiting>()

  const takeAlert = async (
    socket: OcppSocket,
    { id, from, alert }: Extract<WanMessage, { alert: string }>,
  ): Promise<void> => {
    const bytes = wanBytes(alert)
    const hub = socket.id as Eui64
    const verdict =
      bytes === undefined ? 'refused' : await options.onAlert(hub, from as Eui64, bytes)
    socket.send(wanVerdict(id, verdict))
  }

  const receive = (socket: OcppSocket, text: string): void => {
    const message = parseWan(text)
    if (message === undefined) return socket.close(1008, 'not a message of this network')
    if ('alert' in message)
      void deps.activity.within(wanKey(message.id), () =>
        takeAlert(socket, message).catch((error: unknown) =>
          deps.log.error({ hub: socket.id, error }, 'an alert could not be taken'),
        ),
      )
    else {
      const asked = waiting.get(message.id)
      // Only the hub that was asked can answer.
      if (asked?.socket === socket) asked.settle(message)
    }
  }

  const server = await openOcppServer({
    listen: options.listen,
    identity: options.identity,
    trust: options.trust,
    securityProfile: 3,
    activity: deps.activity,
    log: deps.log,
    path: wanPath,
    subprotocols: [wanSubprotocol],
    pace: messagePace,
    onRefusal: ({ reason, detail = null }, { id = null }) =>
      void options.audit.record('ConnectionRefused', { id, reason, detail }),
    admit({ id, peer }) {
      const refusal = hubRefusal(id, peer, options.inventory)
      if (refusal === undefined) return Promise.resolve({ ok: true })
      const { reason, detail = null } = refusal
      options.audit.record('ConnectionRefused', { id, reason, detail })
      return Promise.resolve(refusal)
    },
    accept(socket) {
      const hub = socket.id as Eui64
      hubs.get(hub)?.close(1000, 'connected again')
      hubs.set(hub, socket)
      socket.onMessage((text) => receive(socket, text))
      socket.onClose(() => {
        if (hubs.get(hub) === socket) hubs.delete(hub)
        for (const each of waiting.values()) if (each.socket === socket) each.settle(undefined)
      })
    },
  })

  return {
    port: server.port,
    hubsConnected: () => hubs.size,
    reaches: ({ hub }) => hubs.has(hub),
    async deliver(device, frame) {
      const socket = hubs.get(device.hub)
      if (socket === undefined) return refused('DeviceUnreachable', `hub ${device.hub}`)
      const id = crypto.randomUUID()
      const done = deps.activity.begin(wanKey(id))
      const answer = await new Promise<WanMessage | undefined>((resolve) => {
        const settle = (message: WanMessage | undefined): void => {
          timer.cancel()
          waiting.delete(id)
          resolve(message)
          done()
        }
        const timer = deps.wall.after(deliveryMillisMax, wanKey(id), () => settle(undefined))
        waiting.set(id, { socket, settle })
        socket.send(wanFrame(id, device.eui, frame))
      })
      return deliveryOf(answer)
    },
    close: () => server.close(),
  }
}

/** A hub comes under its own EUI-64, and is one that this network knows. */
function hubRefusal(
  id: string,
  peer: Bearer | undefined,
  inventory: Inventory,
): UpgradeRefusal | undefined {
  if (peer === undefined) return refused('CertificateMissing')
  if (peer.role !== 'hub')
    return refused('NotPermitted', `for a hub; the certificate is of role ${peer.role}`)
  if (peer.eui !== id) return refused('IdentityMismatch', `the certificate is of ${peer.eui}`)
  return inventory.isHub(peer.eui) ? undefined : refused('UnknownIdentity', 'not in the inventory')
}

function deliveryOf(answer: WanMessage | undefined): Outcome<Uint8Array, DeliveryProblem> {
  if (answer !== undefined && 'problem' in answer && answer.problem === 'DeviceOffline')
    return refused('DeviceUnreachable', 'the device is not in the home network')
  const bytes = answer !== undefined && 'answer' in answer ? wanBytes(answer.answer) : undefined
  return bytes === undefined ? refused('DeliveryTimeout') : ok(bytes)
}
