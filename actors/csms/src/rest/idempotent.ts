import { problem, type Endpoint, type Reply } from '@interlock/host'
import { canonicalJson, inHours, type Clock, type Instant } from '@interlock/kernel'

export const idempotencyLimits = {
  keysMax: 10_000,
  keyCharsMax: 128,
  ageMillisMax: inHours(24),
} as const

type Kept = { readonly request: string; readonly reply: Promise<Reply>; readonly at: Instant }

/**
 * Wraps a handler so that one `Idempotency-Key` does its work once. An answer that `isFinal` denies did nothing: the
 * same key may try again.
 */
export type Idempotent = (
  handle: Endpoint['handle'],
  isFinal?: (reply: Reply) => boolean,
) => Endpoint['handle']

/**
 * The same request under the same key of the same organisation gets the first answer, also while the
 * first is still at work; another request under that key is refused. Without a key nothing is kept,
 * and a restart forgets.
 */
export function idempotent(clock: Pick<Clock, 'now'>): Idempotent {
  const kept = new Map<string, Kept>()
  const forgetOld = (now: Instant): void => {
    for (const [name, { at }] of kept) {
      if (kept.size <= idempotencyLimits.keysMax && now - at <= idempotencyLimits.ageMillisMax)
        return
      kept.delete(name)
    }
  }
  return (handle, isFinal = () => true) =>
    (asked) => {
      const { idempotencyKey: key, peer, params, body } = asked
      if (key === undefined) return handle(asked)
      if (key === '' || key.length > idempotencyLimits.keyCharsMax)
        return problem('BodyInvalid', 'Idempotency-Key')
      const now = clock.now()
      forgetOld(now)
      const name = JSON.stringify([peer.organisation, peer.serialHex, key])
      // Whoever tries again may write its members in another order.
      const request = canonicalJson([params, body])
      const before = kept.get(name)
      if (before !== undefined)
        return before.request === request
          ? before.reply
          : problem('IdempotencyConflict', 'the key stands for another request')
      const reply = Promise.resolve(handle(asked))
      kept.set(name, { request, reply, at: now })
      // What broke has no answer to give again.
      reply.then(
        (given) => isFinal(given) || kept.delete(name),
        () => kept.delete(name),
      )
      return reply
    }
}
