import { unobserved, type Activity, type Clock, type Entropy } from '@interlock/kernel'
import { createLog, type Log } from './log.ts'
import { nodeCrypto, systemEntropy, type NodeCrypto } from './node-crypto.ts'
import { systemClock } from './system-clock.ts'

/** What every actor's start function takes besides its config. */
export type ActorDeps = {
  /** World time. */
  readonly clock: Clock
  /** Real time, for timeouts of input and output. */
  readonly wall: Clock
  readonly activity: Activity
  readonly entropy: Entropy
  readonly crypto: NodeCrypto
  readonly log: Log
}

/** Something that runs until closed. Closing twice is closing once; afterwards nothing is left open. */
export type Running = { close(): Promise<void> }

/** The real world: what an actor runs on in production. */
export const systemDeps = (name: string): ActorDeps => ({
  clock: systemClock,
  wall: systemClock,
  activity: unobserved,
  entropy: systemEntropy,
  crypto: nodeCrypto,
  log: createLog(name),
})
