import { limits } from '@interlock/contract'
import { millis, unobserved, type Activity, type Clock } from '@interlock/kernel'
import type { Carried, Carrier, Position, Selection } from './carrier.ts'

export type Delivery = {
  readonly selection: Selection
  /** Where this reader was; kept by it, with what it has made of the messages. */
  readonly after: Position
  /** Deals with one message. What it throws is tried again, and then is a dead letter. */
  readonly handle: (carried: Carried) => Promise<void>
  /** Everything up to this position has been dealt with; resolves when that is kept. */
  readonly done: (position: Position) => Promise<void>
  /** A message that could not be dealt with. Resolves when it is kept elsewhere; delivery goes on. */
  readonly onDead: (carried: Carried, cause: unknown) => Promise<void>
}

/**
 * Delivers what a carrier keeps to one reader, one message after another, at least once: a reader
 * that stops goes on from the last position it kept. Later messages wait for one that fails, so that
 * the order of an author holds; after `deliveryAttemptsMax` it is put aside.
 * @returns when the signal or the carrier ends
 */
export async function deliver(
  carrier: Carrier,
  { selection, after, handle, done, onDead }: Delivery,
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
        if (signal.aborted || count >= limits.deliveryAttemptsMax) return { error }
        await activity.parked(() => pause(limits.deliveryRetryMillis * 2 ** (count - 1)))
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
