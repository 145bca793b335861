import type { ResponseName, ServiceRequest, XmlSigner } from '@interlock/duis'
import type { Command } from '@interlock/gbcs'
import type { ActorDeps, Identity } from '@interlock/host'
import type { Ok, Refusal } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import type { AlertPush } from './alert-push.ts'
import type { Anomalies } from './anomalies.ts'
import type { ArmBook } from './arm-book.ts'
import type { Counters } from './counters.ts'
import type { DeviceRegister } from './device-register.ts'
import type { FutureDated } from './future-dated.ts'
import type { Happened } from './happened.ts'
import type { Inventory } from './inventory.ts'
import type { ListDelivery } from './list-delivery.ts'
import type { Quarantine } from './quarantine.ts'
import type { WanServer } from './wan-server.ts'

export type ServiceParts = {
  readonly region: string
  readonly identity: Identity
  /** The same, for what is answered. */
  readonly signer: XmlSigner
  readonly inventory: Inventory
  readonly counters: Counters
  readonly arms: ArmBook
  readonly wan: WanServer
  readonly lists: ListDelivery
  readonly anomalies: Anomalies
  readonly quarantine: Quarantine
  readonly futureDated: FutureDated
  readonly register: DeviceRegister
  readonly alerts: AlertPush
  /** Whether a user's certificate counts no longer. */
  readonly revoked: (serialHex: string) => boolean
  /** DER; what goes into a device's cells hangs from one of them. */
  readonly smartMeterRoots: readonly Uint8Array[]
  readonly audit: Audit
  readonly happened: Happened
  readonly deps: Pick<ActorDeps, 'clock' | 'wall' | 'crypto' | 'log'>
}

/** What an answer carries beside its code: see `ServiceResponse`. */
export type Answered = {
  /** `Accepted` where absent. */
  readonly name?: 'FutureDated' | 'Cancelled'
  readonly preCommand?: Uint8Array
  readonly payload?: Uint8Array
  readonly localCommand?: Uint8Array
}
/** A refusal by the device carries the device's own answer, and one of delivery the copy to deliver locally. */
export type Served = Ok<Answered> | (Refusal<ResponseName> & Omit<Answered, 'preCommand'>)

/** A command as it is asked for: its message before the data company adds its MAC. */
export type Asked = {
  /** A `preCommand` goes back to its user, and to no device. */
  readonly form: 'signed' | 'unsigned' | 'preCommand'
  readonly command: Command
  readonly bytes: Uint8Array
}

/** What is said of a request on the record. */
export const factsOf = ({ originator, target, counter, service }: ServiceRequest) => ({
  originator,
  target,
  counter: counter.toString(),
  service,
})
