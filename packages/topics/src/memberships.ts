import { topicName, type JoinRefusal, type SealRefusal, type Topic } from '@interlock/contract'
import type { Clock } from '@interlock/kernel'
import type { Exchange } from './exchange.ts'

/** The topics of which an actor is to be a member, each asked for until it is one, and again later. */
export type Memberships = {
  add(topic: Topic): void
  /** Whether it was one when it last asked. */
  has(topic: Topic): boolean
  /** From when on it is one: 0 where it was when it first asked, so that nothing was passed over since it runs. */
  since(topic: Topic): number
  /** Asks for what is due, a few at a time. @throws Fault when the key server does not answer */
  ask(exchange: Pick<Exchange, 'join'>): Promise<void>
  /** All are due again. */
  lapse(): void
}

type Wanted = {
  readonly topic: Topic
  isMember: boolean
  since: number
  dueAt: number
  wait: number
}

export const membershipsMax = 20_000
const atOnce = 16
/** After a refusal: a consent may still be given. */
const refusedMillis = { first: 1_000, max: 60_000 } as const
/** Whose consent was withdrawn and given again is taken again only if it asks. */
const againMillis = 300_000

/** @param onGroundless told at each refusal for want of a ground */
export function createMemberships(
  wall: Pick<Clock, 'now'>,
  onGroundless: (topic: Topic) => void = () => {},
): Memberships {
  const wanted = new Map<string, Wanted>()
  let isFirst = true

  async function askFor(exchange: Pick<Exchange, 'join'>, each: Wanted): Promise<void> {
    const joined = await exchange.join(each.topic)
    // Whoever carries can withhold a key, and must not make a member pass over what is said meanwhile.
    const isKeyAlone = !joined.ok && joined.reason === ('SealEpochUnknown' satisfies SealRefusal)
    if (joined.ok && !each.isMember) each.since = isFirst ? 0 : wall.now()
    each.isMember = joined.ok || (each.isMember && isKeyAlone)
    each.wait = joined.ok ? againMillis : nextWait(each.wait)
    each.dueAt = wall.now() + each.wait
    if (!joined.ok && joined.reason === ('JoinNoGround' satisfies JoinRefusal))
      onGroundless(each.topic)
  }

  return {
    add(topic) {
      const name = topicName(topic)
      if (wanted.has(name) || wanted.size >= membershipsMax) return
      wanted.set(name, { topic, isMember: false, since: 0, dueAt: 0, wait: 0 })
    },
    has: (topic) => wanted.get(topicName(topic))?.isMember === true,
    since: (topic) => wanted.get(topicName(topic))?.since ?? 0,
    async ask(exchange) {
      const due = [...wanted.values()].filter(({ dueAt }) => dueAt <= wall.now())
      for (let at = 0; at < due.length; at += atOnce)
        await Promise.all(due.slice(at, at + atOnce).map((each) => askFor(exchange, each)))
      isFirst = false
    },
    lapse() {
      for (const each of wanted.values()) each.dueAt = 0
    },
  }
}

const nextWait = (wait: number): number =>
  wait === 0 || wait >= againMillis ? refusedMillis.first : Math.min(2 * wait, refusedMillis.max)
