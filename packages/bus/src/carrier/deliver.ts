import { limits } from '@interlock/contract'
import { millis, unobserved, type Activity, type Clock } from '@interlock/kernel'
import type { Carried, Carrier, Position, Selection } from './carrier.ts'

export type Delivery = {
  readonly selection: Selection
  /** Where this reader was; kept by it, with what it has made of the messages. */
  readonly after: Position
  /** Deals with one message. What it throws is tried again. */
  readonly handle: (carried: Carried) => Promise<void>
  /** Everything up to this position has been dealt with; resolves when that is kept. */
  readonly done: (position: Position) => Promise<void>
  /** How often a message that fails so is tried: `Infinity` where waiting mends it. */
  readonly attemptsMax: (cause: unknown) => number
  /** Hears once that a message is held: the reader's own store is away, or the like. */
  readonly onHeld: (carried: Carried, cause: unknown) => void
  /** A message that was tried often enough. Resolves when it is kept elsewhere; delivery goes on. */
  readonly onDead: (carried: Carried, cause: unknown) => Promise<void>
}

/**
 * Delivers what a carrier keeps to one reader, one message after another, at least once: a reader
 * that stops goes on from the last position it kept. Later messages wait for one that fails, without
 * end and ever more slowly, so that none is lost and the order of an author holds; one that no waiting
 * mends is put aside after its `attemptsMax`.
 * @returns when the signal or the carrier ends
 */
export async function deliver(
  carrier: Carrier,
  { selection, after, handle, done, attemptsMax, onHeld, onDead }: Delivery,
  { clock, activity = unobserved }: { readonly clock: Clock; readonly activity?: Activity },
  signal: AbortSignal,
): Promise<void> {
  for await (const carried of carrier.read(selection, after, signal)) {
    const cause = await attempt(carried)
    if (signal.aborted) return
    if (cause !== undefined) await onDead(carried, cause.error)
    await done(carried.position)
  }

  async function attempt(carried: Carried): Promise<{ readonly error: unknown } | undefined> {
    for (let count = 1; ; count++) {
      try {
        await handle(carried)
        return undefined
      } catch (error) {
        if (signal.aborted) return { error }
        if (count >= attemptsMax(error)) return { error }
        if (count === limits.deliveryAttemptsMax) onHeld(carried, error)
        const { deliveryRetryMillis: first, deliveryRetryMillisMax: longest } = limits
        await activity.parked(() => pause(Math.min(first * 2 ** (count - 1), longest)))
        if (signal.aborted) return { error }
      }
    }
  }

  function pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.after(millis(delay), 'delivery', ended)
      signal.addEventListener('abort', ended)
      function ended(): void {
        timer.cancel()
        signal.removeEventListener('abort', ended)
        resolve()
      }
    })
  }
}
