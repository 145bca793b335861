import { topicName, type Topic } from '@interlock/contract'
import type { Clock, Instant } from '@interlock/kernel'
import type { KeyClient } from './key-client.ts'
import type { Keyrings } from './keyrings.ts'

/** Between two questions about one topic; an answer's lease runs on for longer than that. */
export const leaseAskedMillis = 5_000

/**
 * Whether an epoch was in force is for the key server to say. Its leases come by the middleware, which may withhold
 * them; what no lease is known for, and rests on the epoch's key alone, is asked about where no carrier is between.
 * @returns resolves when it can be judged. @throws Fault when the key server does not answer: the message is held
 */
export function leaseAsker(
  keys: Pick<KeyClient, 'standingOf'>,
  keyrings: Pick<Keyrings, 'lacksLease' | 'takeStanding'>,
  clock: Pick<Clock, 'now'>,
) {
  const asked = new Map<string, Instant>()
  return async (topic: Topic, epoch: number, at: Instant): Promise<void> => {
    if (!keyrings.lacksLease(topic, epoch, at)) return
    const name = topicName(topic)
    if (clock.now() - (asked.get(name) ?? 0) < leaseAskedMillis) return
    const standing = await keys.standingOf(topic)
    asked.set(name, clock.now())
    if (standing.ok) keyrings.takeStanding(topic, standing.value)
  }
}
