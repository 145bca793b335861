import type { ActorDeps } from '@interlock/host'
import {
  between,
  inHours,
  inMinutes,
  instant,
  millis,
  plus,
  type Instant,
  type Millis,
  type Timer,
} from '@interlock/kernel'
import type { BillPeriod } from './bill.ts'
import type { MeteredCustomer, SettlementDocument } from './compare-settlement.ts'

/** By then the half-hours of the day before have come. */
const hourOfDay = 6
const day = inHours(24)
/** After a start past that hour: whoever was down then, or before it had asked again, compares that day late. */
const startMinutes = 1
/** LLCSs asked at the same time. */
const atOnce = 8
/** One that was not reached is asked again, as often as this. */
const retry = { minutes: 15, times: 5 }

/**
 * Once a day both counts of the day before, which is of UTC, are compared for every customer that has a settlement meter: a
 * charger that lies about its energy is found without anybody asking. A day that is compared twice, as after a restart, is on
 * the record twice.
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
  type Planned = { readonly delay: Millis; readonly round: Round }
  const roundOf = (from: Instant): Round => ({
    of: { from, until: plus(from, day) },
    to: customers,
    tries: 0,
  })
  const first = (): Planned => {
    const now = clock.now()
    const round = roundOf(instant(now - (now % day) - day))
    const due = plus(round.of.until, inHours(hourOfDay))
    return { delay: now < due ? between(now, due) : inMinutes(startMinutes), round }
  }
  /** The day after the one that is done, whenever that was: a timer that is early repeats none, and one that is late skips none. */
  const following = ({ of }: Round): Planned => {
    const round = roundOf(of.until)
    const due = plus(round.of.until, inHours(hourOfDay))
    return { delay: millis(Math.max(0, due - clock.now())), round }
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
  const wake = ({ delay, round }: Planned): void => {
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
            : following(round),
        )
      }
    })
  }
  if (customers.length > 0) wake(first())

  return {
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
