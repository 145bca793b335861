import type { Topic } from '@interlock/contract'

/** Publish and subscribe by topic. Messages are JSON values; each subscriber gets a copy of its own. */
export type Bus = {
  /** Resolves when the transport has taken the message. @throws Fault `BusClosed`, `MessageTooLarge`. */
  publish(topic: Topic, message: unknown): Promise<void>
  /**
   * Messages of one publisher arrive in order. A handler that throws loses that message only.
   * @param filter topic name with `+` for one level and a last `#` for the rest
   * @returns unsubscribe
   */
  subscribe(filter: string, handler: BusHandler): () => void
  counts(): BusCounts
  close(): Promise<void>
}

export type BusHandler = (topic: Topic, message: unknown) => void | Promise<void>

export type BusCounts = {
  readonly published: number
  readonly delivered: number
  /** Dropped, oldest first, because a subscriber was slower than its publishers. */
  readonly dropped: number
  /** Deliveries whose handler failed. */
  readonly failed: number
}

/** What a transport tells its owner, who logs it. */
export type BusProblem =
  | { readonly kind: 'lagging'; readonly filter: string; readonly dropped: number }
  | { readonly kind: 'failed'; readonly filter: string; readonly error: unknown }
