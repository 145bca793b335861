import { inMinutes, type StationId, type Timer } from '@interlock/kernel'
import type { Problem } from '@interlock/ocpp'
import type { Context } from '../context.ts'

/** Frames of one minute that cannot be read; whoever sends so many speaks another language. */
export const brokenFramesMax = 20
const spanMillis = inMinutes(1)

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
  let counted: { timer: Timer; broken: number; readonly codes: Map<string, number> } | undefined
  const over = (): void => {
    if (counted === undefined) return
    const { timer, codes } = counted
    counted = undefined
    timer.cancel()
    const count = [...codes.values()].reduce((sum, each) => sum + each, 0)
    audit.record('FrameRefused', { station, count, codes: Object.fromEntries(codes) })
  }
  return {
    over,
    add(kind, code) {
      counted ??= {
        timer: deps.wall.after(spanMillis, `refused-frames/${station}`, over),
        broken: 0,
        codes: new Map(),
      }
      counted.codes.set(code, (counted.codes.get(code) ?? 0) + 1)
      if (kind !== 'frame') return
      counted.broken += 1
      if (counted.broken >= brokenFramesMax) close()
    },
  }
}
