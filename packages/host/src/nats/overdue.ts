import { millis, type Clock, type Timer } from '@interlock/kernel'

/** What a reader asks for is given up by the servers, and asked anew, after so long; so it wakes a server that was cut off. */
export const askedMillis = millis(10_000)
/**
 * The servers say so when they give it up. nats-server 2.9 does not where a message comes at that very moment, and no
 * heartbeat comes any more: of a thousand readers of a busy topic that is always one.
 */
const lateMillis = millis(500)

/** Notices that servers have given up without a word what was asked of them last. */
export type Overdue = {
  /** Something is asked of the servers, now. */
  asked(): void
  end(): void
}

/** @param lost called once for each asking after which too long nothing was asked anew */
export function overdue(clock: Clock, lost: () => void): Overdue {
  let timer: Timer | undefined
  return {
    asked() {
      timer?.cancel()
      timer = clock.after(millis(askedMillis + lateMillis), 'what was asked of the servers', lost)
    },
    end: () => timer?.cancel(),
  }
}
