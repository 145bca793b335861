import { millis, type Clock, type Timer } from '@interlock/kernel'

/** Something that is done once for all who asked for it during one second. */
export type GatheredRounds = {
  request(): void
  close(): void
}

const roundMillis = 1_000

/**
 * Does `work` at the next whole second after it was asked for; what is asked for meanwhile has another
 * round, so that two never overlap and none is lost. What stations say arrives in whatever order networks
 * have it: work that takes from something shared looks at all of it at once, in an order of its own.
 */
export function createGatheredRounds(
  clock: Clock,
  /** Of its timer, stable per actor. */
  label: string,
  work: () => Promise<void>,
): GatheredRounds {
  let timer: Timer | undefined
  let running = false
  let wanted = false
  let closed = false

  const request = (): void => {
    wanted = true
    if (closed || running || timer !== undefined) return
    timer = clock.after(millis(roundMillis - (clock.now() % roundMillis)), label, round)
  }
  const round = async (): Promise<void> => {
    timer = undefined
    running = true
    wanted = false
    try {
      await work()
    } finally {
      running = false
      if (wanted) request()
    }
  }
  return {
    request,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
