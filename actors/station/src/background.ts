import type { Activity } from '@interlock/kernel'

/**
 * Work that nobody waits for, such as a report to the CSMS. It holds the world's clock until it is
 * done, and whatever goes wrong in it is told to `onFailure` and nowhere else.
 */
export type Background = (label: string, work: () => Promise<void>) => Promise<void>

export function createBackground(
  name: string,
  activity: Activity,
  onFailure: (label: string, error: unknown) => void,
): Background {
  let count = 0
  return async (label, work) => {
    count += 1
    const key = `${name}/${label}/${count}`
    const done = activity.begin(key)
    try {
      await activity.within(key, work)
    } catch (error) {
      onFailure(label, error)
    } finally {
      done()
    }
  }
}
