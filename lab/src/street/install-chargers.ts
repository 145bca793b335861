import { unobserved } from '@interlock/kernel'
import { preNotify } from './commissioning.ts'
import type { MadeStreet } from './make-street.ts'

/**
 * The installer (simulated) of a street whose parts run one by one: registers its chargers with the
 * supervisor, which must be up. Doing it again changes nothing.
 *
 * @returns how many chargers the register has now
 * @throws Fault PeerUnavailable | PreNotification
 */
export async function installChargers({ plan }: MadeStreet): Promise<number> {
  await preNotify(plan, plan.homes, unobserved)
  return plan.homes.length
}
