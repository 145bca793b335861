import type { Clock, Millis } from '@interlock/kernel'

/** Resolves after `delay`, or with the signal. */
export const pause = (delay: Millis, clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.after(delay, 'pause', done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
