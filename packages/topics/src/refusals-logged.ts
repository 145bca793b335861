import type { ActorDeps } from '@interlock/host'
import type { Refusal } from '@interlock/kernel'

/**
 * Says why the key server refuses what is asked of it in every round: once for each reason, and anew after an answer. A
 * release that it does not understand would otherwise state and miss nothing, without a word.
 */
export function refusalsLogged(
  log: Pick<ActorDeps['log'], 'warn'>,
  what: string,
): (refusal: Refusal<string> | undefined) => void {
  let last: string | undefined
  return (refusal) => {
    if (refusal !== undefined && refusal.reason !== last)
      log.warn({ reason: refusal.reason, detail: refusal.detail }, what)
    last = refusal?.reason
  }
}
