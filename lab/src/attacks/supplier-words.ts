import { addMac, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import type { NodeCrypto } from '@interlock/host'
import { assert, inMinutes, plus, type Crypto, type Instant } from '@interlock/kernel'
import { dcc, dsrspMeter, supervisingDevice, supplier } from '../home/parties.ts'
import { crypto as everyones } from '../model/devices.ts'
import { changeOfProvider } from '../model/provider-change.ts'
import { openHome, type Flaw, type Home, type Kept } from '../model/home.ts'

/** What a supplier may say to the LLCS of a home, as the attacker would have it said. */
export const supplierWords = ['on', 'off', 'calendar', 'dated', 'controller'] as const
export type SupplierWord = (typeof supplierWords)[number]

const windowMinutes = 60
/** Nothing all year, at any hour. */
const nothing = {
  controller: 1,
  direction: 'import',
  levelPercent: 0,
  atSeconds: 0,
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  specialDays: [],
  from: { year: 'any', month: 1, day: 1 },
  until: { year: 'any', month: 12, day: 31 },
} as const

/** Unsigned, as the data company would make it for the supplier. */
export function encoded(word: SupplierWord, at: Instant, counter = 1n): Uint8Array {
  const from = {
    originator: supplier.peer.organisation,
    target: supervisingDevice.peer.eui,
    counter: BigInt(at) + counter,
  }
  const load = { controller: 1, direction: 'import', from: at } as const
  const until = plus(at, inMinutes(windowMinutes))
  const calendar = { ...from, useCase: 'ECS46d', entries: [nothing], specialDays: [] } as const
  const make: Readonly<Record<SupplierWord, () => Uint8Array>> = {
    on: () =>
      encodePreCommand({ ...from, ...load, useCase: 'ActivateLoad', levelPercent: 100, until }),
    off: () =>
      encodePreCommand({ ...from, ...load, useCase: 'DeactivateLoad', levelPercent: 0, until }),
    calendar: () => encodePreCommand({ ...calendar, execution: 'atOnce' }),
    dated: () => encodePreCommand({ ...calendar, execution: plus(at, inMinutes(10)) }),
    controller: () => encodePreCommand(changeOfProvider(from)),
  }
  return make[word]()
}

/** As the data company sends it on: its MAC is of `broker`, and the attacker may have no other. */
export function framed(signed: Uint8Array, broker = dcc.key, crypto: Crypto = everyones) {
  const keys = { own: broker, peer: supervisingDevice.peer.publicKey }
  return addMac(signed, 'signed', keys, crypto)
}
export const signedBy = (bytes: Uint8Array, key = supplier.key): Uint8Array =>
  signPreCommand(bytes, key, everyones)

/** Checks no signature. */
export const believing: NodeCrypto = { ...everyones, verify: () => true }
/** Every MAC is zeros, and so is right whoever makes it. */
export const macless: NodeCrypto = {
  ...everyones,
  gcmTag: (...of) => new Uint8Array(everyones.gcmTag(...of).length),
}
/** Keeps no counters over a loss of power. */
const forgetful = (entry: unknown): unknown => {
  const { counters: _, ...rest } = entry as { counters?: unknown }
  return rest
}

/** A home with power, and whoever stands between it and the data company. */
export type Besieged = {
  readonly home: Home
  /** False when the LLCS discards it. */
  deliver(frame: Uint8Array): Promise<boolean>
  powerCut(): Promise<void>
}

export async function besiege(startAt: Instant, kept: Kept, flaw: Flaw = {}): Promise<Besieged> {
  const home = openHome({ startAt, held: [] }, kept, () => '', flaw)
  const { clock, company, llcs, post, station } = home
  const answered: string[] = []
  company.onAnswer((name) => answered.push(name))
  let frames = 0
  const power = async (): Promise<void> => {
    llcs.start()
    await clock.settle()
  }
  await power()
  station.start()
  await clock.settle()
  assert(llcs.running !== undefined && station.running !== undefined, 'both have power')
  return {
    home,
    async deliver(frame) {
      const name = `frame ${(frames += 1)}`
      company.carry(frame, name)
      post.arrive(`wan ${name}`)
      await clock.settle()
      return answered.includes(name)
    },
    async powerCut() {
      llcs.stop()
      await power()
    },
  }
}

export type SupplierAttempt = {
  readonly name: string
  /** Left out, it succeeds. */
  readonly control: string
  readonly without: Flaw
  /** True when the LLCS has carried out what it should not. */
  readonly run: (on: Besieged, word: SupplierWord, at: Instant) => Promise<boolean>
}

/** ATK-14 and ATK-22 by way of the LLCS: the supplier's words by whoever is not the supplier, and by the supplier alone. */
export const supplierAttempts: readonly SupplierAttempt[] = [
  {
    name: 'forged by a DSR provider, with the data company’s help',
    control: 'the originator’s signature',
    without: { llcsCrypto: believing },
    run: (on, word, at) => on.deliver(framed(signedBy(encoded(word, at), dsrspMeter.key))),
  },
  {
    name: 'signed by the supplier, past the data company and its ledger',
    control: 'the data company’s MAC',
    without: { llcsCrypto: macless },
    run: (on, word, at) => on.deliver(framed(signedBy(encoded(word, at)), dcc.key, macless)),
  },
  {
    name: 'recorded and sent again by the other path of the network, after a loss of power',
    control: 'counters that outlive the power',
    without: { llcsDisk: forgetful },
    async run(on, word, at) {
      const frame = framed(signedBy(encoded(word, at)))
      assert(await on.deliver(frame), 'it is the supplier’s word')
      await on.powerCut()
      return on.deliver(frame)
    },
  },
]
