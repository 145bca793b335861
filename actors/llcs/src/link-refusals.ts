import { inHours, type Timer } from '@interlock/kernel'
import type { LinkProblem } from '@interlock/seal'
import type { Llcs } from './llcs.ts'

/** World time in which further ones of a kind are only counted. */
export const countedHours = 1

/**
 * Frames of the local link that were refused, on the record: anybody near can send them, and shall fill no disk. The
 * first of a kind is told at once, and how many `more` there were once an hour, for as long as they come.
 */
export function linkRefusals(llcs: Llcs) {
  const { clock, log } = llcs.deps
  const counting = new Map<LinkProblem, { more: number; timer: Timer }>()
  const record = (reason: LinkProblem, facts: object = {}): void => {
    log.warn({ reason, ...facts }, 'a link frame was refused')
    llcs.audit.critical('LinkRefused', { reason, ...facts })
    llcs.publish({ kind: 'security', reason })
  }
  const countOn = (reason: LinkProblem): void => {
    const timer = clock.after(inHours(countedHours), 'link-refusals', () => {
      const more = counting.get(reason)?.more ?? 0
      counting.delete(reason)
      if (more === 0) return
      countOn(reason)
      record(reason, { more })
    })
    counting.set(reason, { more: 0, timer })
  }
  return {
    tell(reason: LinkProblem): void {
      const counted = counting.get(reason)
      if (counted !== undefined) return void (counted.more += 1)
      countOn(reason)
      record(reason)
    },
    /** What was counted is told before the end. */
    close(): void {
      for (const [reason, { more, timer }] of counting) {
        timer.cancel()
        if (more > 0) record(reason, { more })
      }
      counting.clear()
    },
  }
}
