import { instant, type Clock } from '@interlock/kernel'

/** The longest delay that `setTimeout` takes; beyond it Node fires at once. */
const timeoutMillisMax = 2 ** 31 - 1

/** Real time. A pending timer keeps the process alive: whoever closes cancels theirs. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  after(delay, _label, work) {
    let timer: NodeJS.Timeout
    const arm = (remaining: number): void => {
      const step = Math.min(remaining, timeoutMillisMax)
      timer = setTimeout(() => {
        if (remaining > step) arm(remaining - step)
        else void work()
      }, step)
    }
    arm(Math.max(0, delay))
    return { cancel: () => clearTimeout(timer) }
  },
}
