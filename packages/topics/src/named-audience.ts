import { limits, topicName, type Topic } from '@interlock/contract'
import { ok, refused, type Clock, type Outcome } from '@interlock/kernel'
import type { Reader } from '@interlock/seal'
import type { Directory } from './directory.ts'
import type { KeyClient } from './key-client.ts'

const notPermitted = 'NotPermitted'

type Known = {
  readonly readers: readonly Reader[]
  readonly at: number
  /** The key server knows of no grant to publish there. */
  readonly isForbidden?: true
}

/**
 * Whom to seal to by name, asked of the key server as often as a lease is renewed: whoever's consent was
 * withdrawn is left out from then on. Where it has not answered for as long as a lease runs, nothing is sealed.
 */
export function namedAudience(keys: KeyClient, directory: Directory, clock: Pick<Clock, 'now'>) {
  const known = new Map<string, Known>()

  async function ask(topic: Topic): Promise<Known> {
    const asked = clock.now()
    const named = await keys.readersOf(topic)
    if (!named.ok)
      return { readers: [], at: asked, ...(named.reason === notPermitted && { isForbidden: true }) }
    const peers = await Promise.all(named.value.map((each) => directory.learn(each)))
    const readers = peers
      .filter((peer) => peer !== undefined)
      .map(({ thumbprint, publicKey }) => ({ thumbprint, publicKey }))
    return { readers, at: asked }
  }

  return async (
    topic: Topic,
  ): Promise<Outcome<readonly Reader[], 'LeaseExpired' | 'SealNotForUs' | 'SealForbidden'>> => {
    const name = topicName(topic)
    let held = known.get(name)
    if (held === undefined || clock.now() - held.at >= limits.leaseRenewMillis) {
      try {
        held = await ask(topic)
        known.set(name, held)
      } catch {
        // As long as what is known is young enough, a key server that is away stops nobody.
        if (held === undefined || clock.now() - held.at > limits.leaseMillis)
          return refused('LeaseExpired')
      }
    }
    // As the middleware's own no, it is final: what waited for a grant would fill the room of all other topics.
    if (held.isForbidden) return refused('SealForbidden', 'the key server knows of no such grant')
    return held.readers.length > 0 ? ok(held.readers) : refused('SealNotForUs', 'nobody reads it')
  }
}
