import type { ActorDeps } from '@interlock/host'
import { inHours, inMinutes, instant, plus, type Timer } from '@interlock/kernel'
import type { BillPeriod } from './bill.ts'
import type { MeteredCustomer, SettlementDocument } from './compare-settlement.ts'

/** By then the half-hours of the day before have come. */
const hourOfDay = 6
const day = inHours(24)
/** LLCSs asked at the same time. */
const atOnce = 8
/** One that was not reached is asked again, as often as this. */
const retry = { minutes: 15, times: 5 }

/**
 * Once a day both counts of the day before, which is of UTC, are compared for every customer that has a settlement meter: a
 * charger that lies about its energy is found without anybody asking.
 */
export function startSettlementRounds(options: {
  readonly actor: string
  readonly customers: readonly MeteredCustomer[]
  readonly compare: (
    customer: MeteredCustomer,
    period: BillPeriod,
  ) => Promise<Pick<SettlementDocument, 'station'> & { readonly problem?: string }>
  readonly deps: Pick<ActorDeps, 'clock' | 'log'>
}): { close(): void } {
  const { actor, customers, compare } = options
  const { clock, log } = options.deps
  let timer: Timer | undefined
  let closed = false

  type Round = {
    readonly of: BillPeriod
    readonly to: readonly MeteredCustomer[]
    readonly tries: number
  }
  const next = (): { readonly delay: ReturnType<typeof inHours>; readonly round: Round } => {
    const now = clock.now()
    const today = instant(now - (now % day))
    const due = now % day < inHours(hourOfDay) ? today : plus(today, day)
    const of = { from: instant(due - day), until: due }
    const delay = inMinutes((plus(due, inHours(hourOfDay)) - now) / 60_000)
    return { delay, round: { of, to: customers, tries: 0 } }
  }
  /** @returns those that were not reached */
  const go = async ({ of, to }: Round): Promise<readonly MeteredCustomer[]> => {
    const waiting = [...to]
    const away: MeteredCustomer[] = []
    const worker = async (): Promise<void> => {
      for (let each = waiting.shift(); each !== undefined; each = waiting.shift())
        if ((await compare(each, of)).problem !== undefined) away.push(each)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    if (away.length > 0) log.warn({ away: away.length }, 'settlement meters were not read')
    return away
  }
  const wake = ({ delay, round } = next()): void => {
    if (closed) return
    timer = clock.after(delay, `${actor}/settlement`, async () => {
      let to = round.to
      try {
        to = await go(round)
      } finally {
        // What a full disk ends is begun again like what was not reached.
        const again = to.length > 0 && round.tries < retry.times
        wake(
          again
            ? { delay: inMinutes(retry.minutes), round: { ...round, to, tries: round.tries + 1 } }
            : undefined,
        )
      }
    })
  }
  if (customers.length > 0) wake()

  return {
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
