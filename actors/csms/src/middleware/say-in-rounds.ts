import type { ActorDeps } from '@interlock/host'
import { inMinutes, inSeconds, type Millis, type Timer } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { inBackground } from '../background.ts'

/** What is said of stations, one after another, now and then. */
export type Saying = { look(): Promise<void>; close(): Promise<void> }

const lookMillis = inMinutes(5)
/** After a start; the middleware is not open before. */
const firstLookMillis = inSeconds(30)

/** @param journal closed with it, once nobody is told any more */
export function sayInRounds(
  {
    stations,
    tell,
    journal,
  }: {
    readonly stations: readonly string[]
    readonly tell: (station: string) => Promise<void>
    readonly journal: Pick<Journal, 'close'>
  },
  deps: Pick<ActorDeps, 'clock' | 'activity' | 'log'>,
  label: string,
): Saying {
  let isOpen = true
  let running: Promise<void> | undefined
  const look = (): Promise<void> => {
    running ??= (async () => {
      for (const station of stations) if (isOpen) await tell(station)
    })().finally(() => (running = undefined))
    return running
  }
  let timer: Timer
  const wait = (delay: Millis): void => {
    timer = deps.clock.after(delay, label, () => {
      wait(lookMillis)
      inBackground(deps, label, look)
    })
  }
  wait(firstLookMillis)
  return {
    look,
    async close() {
      isOpen = false
      timer.cancel()
      await running?.catch(() => {})
      journal.close()
    },
  }
}
