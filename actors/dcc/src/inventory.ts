import type { DeviceStatus } from '@interlock/duis'
import { readText } from '@interlock/host'
import {
  eui64,
  Fault,
  instant,
  type Clock,
  type Crypto,
  type Eui64,
  type Instant,
  type PublicKey,
} from '@interlock/kernel'
import { fromPem, peerOf, verifyChain } from '@interlock/pki'
import type { DccConfig, DeviceConfig } from './config.ts'
import type { InventoryKind } from './device-status.ts'
import type { DeviceKind } from './eligibility.ts'

/** A device that the data company delivers to. */
export type Device = {
  readonly eui: Eui64
  readonly kind: DeviceKind
  readonly hub: Eui64
  /** Verifies its responses and alerts, and agrees the key of a command's MAC. */
  readonly publicKey: PublicKey
  /** By which a revocation list names its certificate, and the last instant that it is valid, wall time. */
  readonly certificate: {
    readonly serialHex: string
    readonly notAfter: Instant
    /** PEM, with its issuer: whoever is to verify what it answers gets it. */
    readonly chainPem: string
  }
  /** Rating of each auxiliary controller, watts. */
  readonly ratings: ReadonlyMap<number, number>
  /** Organisations that install it and take it away. */
  readonly responsible: ReadonlySet<Eui64>
  /** Organisations that may read it: those, and whom the consumer lets. */
  readonly readers: ReadonlySet<Eui64>
}

/** What the data company knows by certificate. */
export type KnownDevices = {
  device(eui: Eui64): Device | undefined
  isHub(eui: Eui64): boolean
  devices(): IterableIterator<Device>
  /** `undefined` for what is not known. */
  kind(eui: Eui64): InventoryKind | undefined
  /** What it is before anybody moves it: in use, unless it is awaited. */
  first(eui: Eui64): DeviceStatus | undefined
  /** Whether it is that organisation's to move; a hub is theirs whose devices are behind it. */
  isResponsible(eui: Eui64, organisation: Eui64): boolean
}
export type Inventory = KnownDevices & {
  /** `undefined`: nobody has notified the data company of it. */
  status(eui: Eui64): DeviceStatus | undefined
}

/** What the certificates of devices hang from, and when they are looked at: wall time. */
export type InventoryJudge = {
  /** DER. */
  readonly roots: readonly Uint8Array[]
  readonly deps: { readonly crypto: Crypto; readonly wall: Pick<Clock, 'now'> }
}

/**
 * Owners are not in it: who may arm a home is between the home and its owner, and only the LLCS knows.
 * @throws Fault `InventoryInvalid`, naming the device.
 */
export function createInventory(
  config: DccConfig['inventory'],
  judge: InventoryJudge,
): KnownDevices {
  const hubs = new Set<Eui64>(config.hubs.map(eui64))
  const devices = new Map<Eui64, Device>()
  for (const each of config.devices) {
    const device = readDevice(each, judge)
    if (!hubs.has(device.hub)) throw invalid(each, `its hub ${each.hub} is not in the inventory`)
    if (devices.has(device.eui)) throw invalid(each, 'it is there twice')
    devices.set(device.eui, device)
  }
  const awaited = new Set<string>(config.awaited)
  const isKnown = (eui: Eui64): boolean => hubs.has(eui) || devices.has(eui)
  return {
    device: (eui) => devices.get(eui),
    isHub: (eui) => hubs.has(eui),
    devices: () => devices.values(),
    kind: (eui) => (hubs.has(eui) ? 'hub' : devices.get(eui)?.kind),
    isResponsible: (eui, organisation) =>
      [...devices.values()].some(
        (each) => (each.eui === eui || each.hub === eui) && each.responsible.has(organisation),
      ),
    first: (eui) => (awaited.has(eui) || !isKnown(eui) ? undefined : 'Commissioned'),
  }
}

function readDevice(config: DeviceConfig, { roots, deps }: InventoryJudge): Device {
  const { crypto, wall } = deps
  const chainPem = readText(config.certificate)
  const chain = fromPem(chainPem, 'CERTIFICATE')
  const [der] = chain
  const peer = der && peerOf(der, crypto)
  if (!peer?.ok || peer.value.role !== config.kind || peer.value.eui !== config.eui)
    throw invalid(config, `${config.certificate} is not its certificate`)
  // One that has expired is known, and commanded no more: nobody else waits for it.
  const at = instant(Math.min(wall.now(), peer.value.notAfter))
  const verified = verifyChain(chain, { roots, at, crypto, hierarchy: 'smartMeter' })
  if (!verified.ok) throw invalid(config, `its certificate: ${verified.reason}`)
  const { publicKey, serialHex, notAfter } = peer.value
  return {
    eui: eui64(config.eui),
    kind: config.kind,
    hub: eui64(config.hub),
    publicKey,
    certificate: { serialHex, notAfter, chainPem },
    ratings: new Map(config.controllers.map((each) => [each.number, each.ratingWatts])),
    responsible: new Set(config.responsible.map(eui64)),
    readers: new Set([...config.responsible, ...config.readers].map(eui64)),
  }
}

const invalid = (device: DeviceConfig, words: string): Fault =>
  new Fault('InventoryInvalid', `device ${device.eui}: ${words}`, {
    remedy: "correct the inventory in the data company's config",
  })
