import { nationalBudget, type AlertVerdict, type Arm, type Reservation } from '@interlock/contract'
import { serve, takeAlert, type ArmBook, type Counters, type ServiceParts } from '@interlock/dcc'
import type { ServiceRequest } from '@interlock/duis'
import { armDigest, decodeSigned, unwrapMac } from '@interlock/gbcs'
import { documentSigner, type ActorDeps, type HanOptions, type Ports } from '@interlock/host'
import type { Network } from '@interlock/hub'
import { assert, Fault, millis, ok, refused, type Clock, type Eui64 } from '@interlock/kernel'
import { emptyLedger, release, reserve, type MegawattLedger } from '@interlock/ledger'
import type { Peer } from '@interlock/pki'
import { dcc, relay, supervisingDevice } from '../home/parties.ts'
import type { Life } from './clock.ts'
import { muteAudit } from './disk.ts'
import type { Post } from './post.ts'

/** What the data company keeps, as its database does. */
export type Books = {
  readonly counters: Map<string, bigint>
  /** Its own ledger and the supervisor's. */
  ledgers: readonly [MegawattLedger, MegawattLedger]
}

/** The data company's own code between a verified service request and the hub, and the hub's network. */
export type Company = {
  readonly books: Books
  readonly joinFor: (life: Life) => Ports['joinHan']
  /** A signed pre-command, as its user hands it in. `name` is what its frame is called under way. */
  submit(bytes: Uint8Array, user: Peer, name: string): void
  /** A frame as it would send it, of what is no arm: of that it keeps nothing. */
  carry(frame: Uint8Array, name: string): void
  /** The same frame once more, as whoever recorded it on the way can. */
  replay(name: string): void
  /** Hears of each frame that the LLCS answered; it answers none that it discards. */
  onAnswer(listener: (name: string) => void): void
  stop(): void
  start(): void
  isUp(): boolean
  hub(isUp: boolean): void
  isHubUp(): boolean
}

type Member = { readonly life: Life; readonly options: HanOptions; readonly close: () => void }

const deliveryMillisMax = millis(15_000)

export function createCompany(
  options: {
    readonly clockFor: (life: Life) => Clock
    readonly post: Post
    /** What the hub does with a message on its way to a device or back. */
    readonly path: Network
    readonly ratingWatts: number
  } & Pick<ActorDeps, 'crypto' | 'log'>,
): Company {
  const { post, path, crypto, log } = options
  const books: Books = { counters: new Map(), ledgers: [emptyLedger, emptyLedger] }
  const frames = new Map<string, Uint8Array>()
  let life: Life = { alive: true }
  let hubUp = true
  let member: Member | undefined

  let heard = (_name: string): void => {}
  const command = async (
    to: Member,
    name: string,
    frame: Uint8Array,
    settle: (answer: Uint8Array) => void,
  ): Promise<void> => {
    if (!(await path.wan())) return
    const answer = await to.options.onCommand(frame)
    if (!to.life.alive || !hubUp || !(await path.wan())) return
    if (answer !== undefined) heard(name)
    settle(answer ?? new Uint8Array())
  }
  const pass = (name: string, frame: Uint8Array, settle: (answer: Uint8Array) => void): void =>
    post.send({
      name: `wan ${name}`,
      arrive() {
        if (hubUp && member?.life.alive === true) void command(member, name, frame, settle)
      },
    })
  const wanOf = (own: Life, clock: Clock): ServiceParts['wan'] => ({
    port: 0,
    hubsConnected: () => (hubUp ? 1 : 0),
    reaches: () => hubUp,
    close: () => Promise.resolve(),
    deliver: (_device, frame) =>
      new Promise((resolve) => {
        if (!hubUp || member?.life.alive !== true) return resolve(refused('DeviceUnreachable'))
        const name = nameOf(frame)
        frames.set(name, frame)
        const timer = clock.after(deliveryMillisMax, `wan/${name}`, () =>
          resolve(refused('DeliveryTimeout')),
        )
        pass(name, frame, (answer) => {
          timer.cancel()
          if (own.alive) resolve(ok(answer))
        })
      }),
  })
  const names = new Map<string, string>()
  const nameOf = (frame: Uint8Array): string => {
    const wrapped = unwrapMac(frame)
    assert(wrapped.ok, 'a frame to a device carries a MAC')
    return names.get(armDigest(wrapped.value.inner, crypto)) ?? 'unknown'
  }

  const partsOf = (own: Life): ServiceParts => {
    const clock = options.clockFor(own)
    return {
      region: 'GB-EAST',
      identity: dcc,
      signer: documentSigner(dcc),
      inventory: inventoryOf(options.ratingWatts),
      counters: countersOf(books),
      arms: armBookOf(books, clock),
      wan: wanOf(own, clock),
      lists: { bring: () => Promise.resolve(ok(undefined)), bringToAll: () => Promise.resolve() },
      anomalies: noLimits,
      quarantine: noQuarantine,
      futureDated: noFuture,
      revoked: () => false,
      smartMeterRoots: [],
      register: noMoves,
      alerts: noAlerts,
      audit: muteAudit,
      happened: silent,
      deps: { clock, wall: clock, crypto, log },
    }
  }
  let parts = partsOf(life)

  const takesAlert = async (bytes: Uint8Array): Promise<AlertVerdict> => {
    if (!hubUp || !life.alive) return 'later'
    const { inventory, counters, arms, audit, happened, alerts, revoked, deps } = parts
    const self = dcc.peer.eui
    const of = { self, inventory, counters, arms, audit, happened, alerts, revoked, deps }
    return takeAlert(relay.peer.eui, supervisingDevice.peer.eui, bytes, of)
  }
  const leave = (): void => {
    const gone = member
    member = undefined
    if (gone?.life.alive === true) gone.close()
  }

  return {
    books,
    joinFor: (own) => async (joining) => {
      if (!hubUp) throw new Fault('PeerUnavailable', 'the hub is down')
      leave()
      let close = (): void => {}
      const closed = new Promise<void>((resolve) => (close = resolve))
      member = { life: own, options: joining, close }
      return { alert: takesAlert, tariff: () => Promise.resolve(false), closed, close }
    },
    submit(bytes, user, name) {
      names.set(armDigest(bytes, crypto), name)
      void serve(requestOf(bytes), user, parts)
    },
    carry: (frame, name) => pass(name, frame, () => {}),
    replay(name) {
      const frame = frames.get(name)
      if (frame !== undefined) pass(name, frame, () => {})
    },
    onAnswer: (listener) => (heard = listener),
    stop() {
      life.alive = false
    },
    start() {
      life = { alive: true }
      parts = partsOf(life)
    },
    isUp: () => life.alive,
    hub(up) {
      hubUp = up
      if (!up) {
        leave()
        post.lose((name) => name.startsWith('wan '))
      }
    },
    isHubUp: () => hubUp,
  }
}

const services = {
  ECS47a: '7.13',
  ECS47e: '7.16',
  ActivateLoad: '7.5',
  DeactivateLoad: '7.6',
} as const

/** What the user's request says, as its XML would. */
function requestOf(bytes: Uint8Array): ServiceRequest {
  const read = decodeSigned(bytes)
  assert(read.ok, 'the model signs what can be read')
  const { originator, target, counter, useCase } = read.value.command
  return {
    originator,
    target,
    counter,
    service: services[useCase as keyof typeof services],
    commandVariant: 5,
    body: { kind: 'signedPreCommand', payload: bytes },
  }
}

const inventoryOf = (ratingWatts: number): ServiceParts['inventory'] => {
  const { eui, publicKey, serialHex, notAfter } = supervisingDevice.peer
  const hub = relay.peer.eui
  const device = {
    eui,
    kind: 'llcs',
    hub,
    publicKey,
    certificate: { serialHex, notAfter, chainPem: '' },
    ratings: new Map([[1, ratingWatts]]),
    responsible: new Set<Eui64>(),
    readers: new Set<Eui64>(),
  } as const
  return {
    device: (wanted) => (wanted === eui ? device : undefined),
    isHub: (wanted) => wanted === hub,
    devices: () => [device].values(),
    kind: (wanted) => (wanted === eui ? 'llcs' : undefined),
    first: () => 'Commissioned',
    isResponsible: () => false,
    status: () => 'Commissioned',
  }
}

const countersOf = ({ counters }: Books): Counters => ({
  last: (source, target) => Promise.resolve(counters.get(`${source} ${target}`) ?? -1n),
  use(source, target, counter) {
    const key = `${source} ${target}`
    if (counter <= (counters.get(key) ?? -1n)) return Promise.resolve(false)
    counters.set(key, counter)
    return Promise.resolve(true)
  },
})

/** Both ledgers of the real package; a budget is given back at once where an arm reached nobody. */
function armBookOf(books: Books, clock: Clock): ArmBook {
  const both = (change: (ledger: MegawattLedger) => MegawattLedger): void => {
    const [own, other] = books.ledgers
    books.ledgers = [change(own), change(other)]
  }
  return {
    grant(_arm: Arm, reservation: Reservation) {
      const [own, other] = books.ledgers.map((each) =>
        reserve(each, reservation, nationalBudget, clock.now()),
      )
      if (own?.ok !== true || other?.ok !== true) return Promise.resolve(refused('BudgetExceeded'))
      books.ledgers = [own.value, other.value]
      return Promise.resolve(ok(undefined))
    },
    cancel(digest) {
      both((ledger) => release(ledger, digest))
      return Promise.resolve()
    },
    refusedBy: () => Promise.resolve(),
    used: () => Promise.resolve('inTime'),
    close: () => {},
  }
}

/** Thresholds are no part of this protocol. */
const noLimits: ServiceParts['anomalies'] = {
  judge: () => Promise.resolve(undefined),
  letThrough: () => Promise.resolve(undefined),
  thresholdsOf: () => [],
  setThresholds: () => Promise.resolve(),
}
const noQuarantine: ServiceParts['quarantine'] = {
  hold: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  find: () => Promise.resolve(undefined),
  takeOut: () => Promise.resolve(false),
}

const noMoves: ServiceParts['register'] = {
  status: () => 'Commissioned',
  move: () => Promise.resolve(refused('DeviceStatusWrong')),
}
const noAlerts: ServiceParts['alerts'] = {
  tell: () => Promise.resolve(),
  tellRoles: () => Promise.resolve(),
  start: () => {},
  close: () => Promise.resolve(),
}
/** Everything is sent at once. */
const noFuture: ServiceParts['futureDated'] = {
  hold: () => Promise.resolve(refused('FutureDatedFull')),
  cancel: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  deliverAfterDue: async (_line, deliver) => ({ delivered: await deliver() }),
  start: () => Promise.resolve(),
  close: () => {},
}

const silent: ServiceParts['happened'] = {
  arm: () => {},
  refused: () => {},
  unused: () => {},
  security: () => {},
  totals: () => ({ granted: 0, used: 0, ended: 0, unused: 0, refused: 0 }),
}
