import { millis, type Clock, type Entropy, type Timer } from '@interlock/kernel'
import type { Running } from './deps.ts'
import type { Log } from './log.ts'

export type RetryOptions = {
  /** Timer label, stable per actor, such as `station-3/connect`. */
  readonly label: string
  /** Opens the connection; `closed` resolves when it has ended, and then it is opened again. */
  readonly connect: () => Promise<{ readonly closed: Promise<unknown> }>
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
  readonly minMillis?: number
  readonly maxMillis?: number
}

/**
 * Keeps a connection open: waits twice as long after each failure, with a random half, so that a
 * fleet does not come back all at once (Part 4 §5.3). A connection that was made starts over.
 * `close` waits for an attempt under way: what it opened is then there for the caller to close.
 */
export function keepConnected(options: RetryOptions): Running {
  const { label, clock, entropy, log, minMillis = 500, maxMillis = 60_000 } = options
  let failures = 0
  let closed = false
  let timer: Timer | undefined
  let trying = Promise.resolve()

  const again = (): void => {
    if (closed) return
    const whole = Math.min(maxMillis, minMillis * 2 ** Math.min(failures, 30))
    const delay = whole / 2 + entropy.below(Math.floor(whole / 2) + 1)
    timer = clock.after(millis(Math.round(delay)), label, attempt)
  }

  const attempt = (): Promise<void> => (trying = tryOnce())
  const tryOnce = async (): Promise<void> => {
    if (closed) return
    try {
      const connection = await options.connect()
      failures = 0
      void connection.closed.then(again, again)
    } catch (error) {
      failures += 1
      log.warn({ label, failures, detail: String(error) }, 'no connection; trying again')
      again()
    }
  }

  void attempt()
  return {
    async close() {
      closed = true
      timer?.cancel()
      await trying
    },
  }
}
