import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  granted,
  type ClockBody,
  type ServiceRequest,
  type TariffBody,
  type TariffDocumentBody,
} from '@interlock/duis'
import { signPreCommand } from '@interlock/gbcs'
import type { DuisClient } from '@interlock/host'
import {
  assert,
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'

export type Publication = {
  readonly dcc: DuisClient
  readonly organisation: Eui64
  readonly key: PrivateKey
  readonly crypto: Crypto
}

/** What went wrong, in the words of whoever found it: the DCC, the correlation, or the network. */
export type PublishOutcome = Outcome<'published', string>

/** By what is asked: the service request. */
const services = { tariff: '1.1.1', tariffDocument: '1.1.1', clock: '6.11' } as const

/**
 * Sends one tariff, or the time, to one device: asks for the pre-command, compares it with what was asked
 * for, signs it, and sends it back.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function publishTo(
  device: Eui64,
  content: TariffBody | TariffDocumentBody | ClockBody,
  counter: bigint,
  parts: Publication,
  /** When the DCC is to send it; absent: at once. */
  executeAt?: Instant,
): Promise<PublishOutcome> {
  const id = { originator: parts.organisation, target: device, counter }
  const service = services[content.kind]
  const asked: ServiceRequest = { ...id, service, commandVariant: 4, body: content }
  const made = await parts.dcc.ask(asked)
  if (!made.ok) return made
  const transformed = granted(made.value)
  if (!transformed.ok) return transformed
  const { preCommand } = transformed.value
  assert(preCommand !== undefined, 'the answer of a transform carries a pre-command')
  const matches = correlate(buildRequest(asked), preCommand)
  if (!matches.ok) return refused(`Correlation${matches.reason}`, matches.detail)
  const payload = signPreCommand(preCommand, parts.key, parts.crypto)
  const body = { kind: 'signedPreCommand', payload, executeAt } as const
  const answered = await parts.dcc.ask({ ...asked, commandVariant: 5, body })
  if (!answered.ok) return answered
  const delivered = granted(answered.value)
  const isHeld = executeAt !== undefined && !delivered.ok && delivered.reason === 'FutureDated'
  return delivered.ok || isHeld ? ok('published') : delivered
}
