import { unobserved, type Activity, type Clock, type Entropy } from '@interlock/kernel'
import { guardedClock } from './guarded-clock.ts'
import { createLog, type Log } from './log.ts'
import { nodeCrypto, systemEntropy, type NodeCrypto } from './node-crypto.ts'
import type { Ports } from './ports.ts'
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
  /** In place of files and sockets, for a lab. */
  readonly ports?: Ports
}

/** Something that runs until closed. Closing twice is closing once; afterwards nothing is left open. */
export type Running = { close(): Promise<void> }

/** The real world: what an actor runs on in production. */
export function systemDeps(name: string): ActorDeps {
  const log = createLog(name)
  const clock = guardedClock(systemClock, log)
  return {
    clock,
    wall: clock,
    activity: unobserved,
    entropy: systemEntropy,
    crypto: nodeCrypto,
    log,
  }
}
