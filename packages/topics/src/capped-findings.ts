import type { ActorDeps } from '@interlock/host'
import type { Finding } from './receive.ts'

/** Findings of one minute that are told of; whoever carries could make as many as it likes. */
export const findingsPerMinuteMax = 60
const minute = 60_000

/** The first of each minute; how many more there were is logged with the next minute's first. */
export function cappedFindings(
  tell: (finding: Finding) => void,
  { wall, log }: Pick<ActorDeps, 'wall' | 'log'>,
): (finding: Finding) => void {
  let [since, count] = [0, 0]
  return (finding) => {
    const now = wall.now()
    if (now - since >= minute) {
      if (count > findingsPerMinuteMax)
        log.warn({ left: count - findingsPerMinuteMax }, 'more was found than is told')
      since = now
      count = 0
    }
    count++
    if (count <= findingsPerMinuteMax) tell(finding)
  }
}
