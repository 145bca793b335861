import type { ActorDeps, openJournal } from '@interlock/host'
import { Fault, inMinutes, type Timer } from '@interlock/kernel'
import { createShares } from './shares.ts'

/**
 * The shares of those who publish, over a restart: written down each minute, and at the end. What a sudden end leaves
 * uncounted is what one minute brought.
 * @throws Fault when the journal cannot be read
 */
export function openShares(
  journal: ReturnType<typeof openJournal>,
  shareMax: number,
  { wall, log }: Pick<ActorDeps, 'wall' | 'log'>,
) {
  const shares = createShares(shareMax, journal.entries())
  let timer: Timer
  function write(): void {
    const entries = shares.changed()
    if (entries === undefined) return
    try {
      journal.rewrite([...entries])
      shares.written()
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ error }, 'shares are not written down')
    }
  }
  function again(): void {
    timer = wall.after(inMinutes(1), 'shares', () => {
      write()
      again()
    })
  }
  again()
  return {
    take: (...of: Parameters<typeof shares.take>) => shares.take(...of),
    close(): void {
      timer.cancel()
      write()
      journal.close()
    },
  }
}
