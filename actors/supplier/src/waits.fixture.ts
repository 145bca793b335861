import { millis, plus, type Clock, type Instant, type Millis } from '@interlock/kernel'

/** A clock that stands still until whoever waited last is woken, and how long each has waited for. */
export function recordedWaits(start: Instant) {
  const waits: { delay: Millis; work: () => void | Promise<void> }[] = []
  let now = start
  const clock: Clock = {
    now: () => now,
    after: (delay, _label, work) => {
      waits.push({ delay, work })
      return { cancel: () => {} }
    },
  }
  /** Lets the time of the last timer come, `by` milliseconds late. @returns how long that was */
  const wait = async (by = 0): Promise<number> => {
    const last = waits.at(-1)
    if (last === undefined) throw new Error('nobody waits')
    now = plus(now, millis(last.delay + by))
    await last.work()
    return last.delay
  }
  return { clock, wait, delays: () => waits.map(({ delay }) => delay) }
}
