import { systemClock } from '@interlock/host'
import { instant, millis, type Clock, type Instant, type Timer } from '@interlock/kernel'

/** Real time that can leap: what falls due on the way is run, in order, before the leap ends. */
export type LeapingClock = Clock & { leap(byMillis: number): Promise<void> }

type Waiting = {
  readonly at: Instant
  readonly label: string
  readonly work: () => void | Promise<void>
  timer: Timer
}

/** More than a station sets in one leap; one that sets timers without end is stopped. */
const timersMax = 10_000

export function leapingClock(): LeapingClock {
  let ahead = 0
  const waiting = new Set<Waiting>()
  const now = (): Instant => instant(Date.now() + ahead)

  const arm = (each: Waiting): void => {
    const left = millis(Math.max(0, each.at - now()))
    each.timer = systemClock.after(left, each.label, () => {
      waiting.delete(each)
      return each.work()
    })
  }
  const dueBy = (until: Instant): Waiting | undefined =>
    [...waiting]
      .filter(({ at }) => at <= until)
      .toSorted((left, right) => left.at - right.at || (left.label < right.label ? -1 : 1))[0]

  return {
    now,
    after(delay, label, work) {
      const each: Waiting = {
        at: instant(now() + Math.max(0, delay)),
        label,
        work,
        timer: { cancel: () => {} },
      }
      waiting.add(each)
      arm(each)
      return {
        cancel() {
          waiting.delete(each)
          each.timer.cancel()
        },
      }
    },
    async leap(byMillis) {
      const until = instant(now() + byMillis)
      for (let run = 0; run < timersMax; run += 1) {
        const next = dueBy(until)
        if (next === undefined) break
        waiting.delete(next)
        next.timer.cancel()
        ahead += Math.max(0, next.at - now())
        await next.work()
      }
      ahead += Math.max(0, until - now())
      for (const each of waiting) {
        each.timer.cancel()
        arm(each)
      }
    },
  }
}
