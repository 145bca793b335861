import type { StationId } from '@interlock/kernel'
import type { Problem } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { createTally } from './tally.ts'

/** Frames of one minute that cannot be read; whoever sends so many speaks another language. */
export const brokenFramesMax = 20

/** The frames of one connection that were refused: in the audit one line a minute, with their number. */
export type RefusedFrames = {
  add(kind: Problem['kind'], code: string): void
  /** The connection has ended: what was counted goes on the record. */
  over(): void
}

/** Calls `close` when the other end sends `brokenFramesMax` frames that cannot be read. */
export function createRefusedFrames(
  { audit, deps }: Pick<Context, 'audit' | 'deps'>,
  station: StationId,
  close: () => void,
): RefusedFrames {
  let broken = 0
  const { add, over } = createTally(deps.wall, `refused-frames/${station}`, (codes, count) => {
    broken = 0
    audit.record('FrameRefused', { station, count, codes })
  })
  return {
    over,
    add(kind, code) {
      add(code)
      if (kind !== 'frame') return
      broken += 1
      if (broken >= brokenFramesMax) close()
    },
  }
}
