import type { ClockBody } from '@interlock/duis'
import { ok, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import { askCritical, type Asking } from './critical-request.ts'
import type { OfferBody } from './tariff.ts'

/** What went wrong, in the words of whoever found it: the DCC, the correlation, or the network. */
export type PublishOutcome = Outcome<'published', string>

/** By what is asked: the service request. */
const services = {
  timeOfUseTariff: '1.1.1',
  tariff: '1.1.1',
  tariffDocument: '1.1.1',
  clock: '6.11',
} as const

/**
 * Sends one tariff, or the time, to one device.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function publishTo(
  device: Eui64,
  content: OfferBody | ClockBody,
  counter: bigint,
  parts: Asking,
  /** When the DCC is to send it; absent: at once. */
  executeAt?: Instant,
): Promise<PublishOutcome> {
  const service = services[content.kind]
  const sent = await askCritical({ service, body: content, device, counter, executeAt }, parts)
  return sent.ok ? ok('published') : sent
}
