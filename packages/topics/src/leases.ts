import { topicName, type Topic } from '@interlock/contract'
import { Fault, isBug, type Clock, type Instant } from '@interlock/kernel'
import type { KeyClient } from './key-client.ts'
import type { Keyrings } from './keyrings.ts'

/** Between two questions about one topic; an answer's lease runs on for longer than that. */
export const leaseAskedMillis = 5_000
/** After a question that had no answer none is asked for so long: leases come by the middleware too. */
export const leaseAwayMillis = 15_000
/** Questions about epochs of one topic that came to nothing; what claims an epoch then is refused unasked for a while. */
export const vainClaimsMax = 8
export const vainClaimsMillis = 60_000

/**
 * Whether an epoch was in force is for the key server to say. Its leases come by the middleware, which may withhold
 * them; what no lease is known for, and rests on the epoch's key alone, is asked about where no carrier is between.
 * So is an epoch that nothing has spoken of yet: its author's word is not waited on, since all others wait behind it.
 * @returns when it can be judged: whether that epoch is one which the key server has not begun
 * @throws Fault when the key server does not answer: `LeaseUnknown`, its topic waits; one that claims an epoch which nothing
 * has spoken of so long and no longer (`SealEpochUnknown`), and `vainClaimsMax` of one topic in all
 */
export function leaseAsker(
  keys: Pick<KeyClient, 'standingOf'>,
  keyrings: Pick<Keyrings, 'isAhead' | 'lacksLease' | 'takeStanding'>,
  clock: Pick<Clock, 'now'>,
) {
  const asked = new Map<string, Instant>()
  let awayAt = -Infinity
  const vain = new Map<string, { readonly since: Instant; count: number }>()

  async function isUnbegun(topic: Topic, epoch: number): Promise<boolean> {
    const name = topicName(topic)
    const before = vain.get(name)
    const isRecent = before !== undefined && clock.now() - before.since < vainClaimsMillis
    const claims = isRecent ? before : { since: clock.now(), count: 0 }
    if (claims.count >= vainClaimsMax) return true
    claims.count++
    vain.set(name, claims)
    const standing = await presentOf(topic)
    // To whoever is no member nothing is said, and no key is given: it finds that out by itself.
    if (standing.ok) keyrings.takeStanding(topic, standing.value)
    const isBegun = !standing.ok || epoch <= standing.value.epoch
    if (isBegun) vain.delete(name)
    return !isBegun
  }
  async function leaseOf(topic: Topic): ReturnType<typeof keys.standingOf> {
    const unknown = 'the key server does not say whether an epoch goes on'
    if (clock.now() - awayAt < leaseAwayMillis) throw new Fault('LeaseUnknown', unknown)
    try {
      return await keys.standingOf(topic)
    } catch (cause) {
      if (isBug(cause)) throw cause
      awayAt = clock.now()
      throw new Fault('LeaseUnknown', unknown, { cause })
    }
  }
  async function presentOf(topic: Topic): ReturnType<typeof keys.standingOf> {
    try {
      return await keys.standingOf(topic)
    } catch (cause) {
      if (isBug(cause)) throw cause
      const detail = `${topicName(topic)}: nobody says which epoch it has`
      throw new Fault('SealEpochUnknown', detail, { cause })
    }
  }

  return async (topic: Topic, epoch: number, at: Instant): Promise<boolean> => {
    if (keyrings.isAhead(topic, epoch)) return isUnbegun(topic, epoch)
    if (!keyrings.lacksLease(topic, epoch, at)) return false
    const name = topicName(topic)
    if (clock.now() - (asked.get(name) ?? 0) < leaseAskedMillis) return false
    const standing = await leaseOf(topic)
    asked.set(name, clock.now())
    if (standing.ok) keyrings.takeStanding(topic, standing.value)
    return false
  }
}
