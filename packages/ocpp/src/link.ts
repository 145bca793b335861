import type { Activity, Clock } from '@interlock/kernel'
import type { Problem, Transport } from './transport.ts'

const newUuid = (): string => crypto.randomUUID()
const ignore = (): void => {}

export type LinkOptions = {
  readonly transport: Transport
  /** Real time, for timeouts. */
  readonly wall: Clock
  readonly activity: Activity
  /** Message ids, unique in the process; UUIDs unless given. */
  readonly newId?: () => string
  readonly onProblem?: (problem: Problem) => void
}

/**
 * What both directions of one connection share. This and its neighbours are classes, so that ten
 * thousand idle connections share their methods.
 */
export class Link {
  readonly transport: Transport
  readonly wall: Clock
  readonly activity: Activity
  readonly newId: () => string
  readonly onProblem: (problem: Problem) => void
  open = true

  constructor({ transport, wall, activity, newId = newUuid, onProblem = ignore }: LinkOptions) {
    this.transport = transport
    this.wall = wall
    this.activity = activity
    this.newId = newId
    this.onProblem = onProblem
  }

  send(text: string): void {
    if (this.open) this.transport.send(text)
  }
}
