import type { ActorDeps } from '@interlock/host'
import { inSeconds, millis, type Instant, type Millis, type Timer } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { orderWords, tariffOrder } from '@interlock/seal'
import type { TariffMemory } from './tariff-memory.ts'

/** After which what failed is tried again. */
const retrySeconds = 60

/** Goes over to the tariff whose date has come, and waits for the date of the next. */
export type TariffDates = {
  /**
   * Not by a clock that the network contradicts. What fails, as on a full disk, is tried again.
   * @throws Fault when it cannot be kept or recorded
   */
  go(): void
  /** As `go`, for the first time: what fails then ends the start, and nothing is tried again. */
  start(): void
  close(): void
}

export function createTariffDates(options: {
  readonly actor: string
  readonly memory: Pick<TariffMemory, 'clockAgrees' | 'tariff' | 'tariffCame' | 'tariffComesAt'>
  /** What the supplier is told of it: one for each of its tables. */
  readonly alertsAbout: Parameters<TariffMemory['tariffCame']>[1]
  readonly audit: { critical(...said: Parameters<Audit['critical']>): unknown }
  /** Another is in force. */
  readonly onCame: () => void
  readonly clock: ActorDeps['clock']
}): TariffDates {
  const { actor, memory, alertsAbout, audit, onCame, clock } = options
  let timer: Timer | undefined
  /** It has come, and that is not on the record yet. */
  let isUnrecorded = false

  const wake = (delay: Millis): void => {
    timer = clock.after(delay, `${actor}/tariff`, go)
  }
  const take = (now: Instant): void => {
    if (memory.tariffCame(now, alertsAbout)) isUnrecorded = true
    const came = isUnrecorded ? memory.tariff() : undefined
    if (came === undefined) return
    audit.critical('TariffInForce', orderWords(tariffOrder(came.tariff)))
    isUnrecorded = false
    onCame()
  }
  const go = (): void => {
    timer?.cancel()
    if (!memory.clockAgrees()) return
    const now = clock.now()
    try {
      take(now)
    } catch (error) {
      wake(inSeconds(retrySeconds))
      throw error
    }
    const at = memory.tariffComesAt()
    if (at !== undefined) wake(millis(at - now))
  }
  const close = (): void => timer?.cancel()
  return {
    go,
    start() {
      try {
        go()
      } catch (error) {
        close()
        throw error
      }
    },
    close,
  }
}
