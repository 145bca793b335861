import { Fault, unobserved } from '@interlock/kernel'
import { preNotify, registerMeter } from './commissioning.ts'
import type { MadeStreet } from './make-street.ts'
import { agreeOnTopics } from './topic-agreements.ts'

export type Installed = {
  /** How many chargers the register has now. */
  readonly chargers: number
  /** Whether what is agreed on topics stands; false while middleware or key server are not up. */
  readonly topics: boolean
}

/**
 * The installer (simulated) of a street whose parts run one by one: registers its chargers and a meter with the
 * supervisor, which must be up, and has granted what is agreed on topics. Doing it again changes nothing.
 * @throws Fault PeerUnavailable | PreNotification | MeterNotRegistered | NotAgreed
 */
export async function installChargers({ plan }: MadeStreet): Promise<Installed> {
  await preNotify(plan, plan.homes, unobserved)
  await registerMeter(plan, unobserved)
  return { chargers: plan.homes.length, topics: await agreed() }

  async function agreed(): Promise<boolean> {
    try {
      await agreeOnTopics(plan, unobserved)
      return true
    } catch (error) {
      if (error instanceof Fault && error.code === 'PeerUnavailable') return false
      throw error
    }
  }
}
