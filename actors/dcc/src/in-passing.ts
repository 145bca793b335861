import { inHours, type Clock } from '@interlock/kernel'

/**
 * What is no longer needed is thrown away by whoever adds to it, at most once in an hour: no table grows for as long as
 * the process runs.
 */
export function hourly(clock: Clock, work: () => Promise<unknown>): () => Promise<void> {
  let last = clock.now()
  return async () => {
    const now = clock.now()
    if (now < last + inHours(1)) return
    last = now
    await work()
  }
}
