import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  cancellation,
  granted,
  type RequestBody,
  type Service,
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
  type Ok,
  type PrivateKey,
  type Refusal,
} from '@interlock/kernel'

/** Who asks, with which key, and of whom. */
export type Asking = {
  readonly dcc: DuisClient
  readonly organisation: Eui64
  readonly key: PrivateKey
  readonly crypto: Crypto
}
export type CriticalRequest = {
  readonly service: Service
  readonly body: RequestBody
  readonly device: Eui64
  readonly counter: bigint
  /** When the DCC is to send it; absent: at once. */
  readonly executeAt?: Instant | undefined
  /** It comes back, to be delivered locally, in place of the device's answer. */
  readonly local?: true | undefined
}

/**
 * The device's answer or its command to deliver locally, `held` until its date or `cancelled` of what was; else why not, in the words of DCC or correlation, with the
 * answer of a device that refuses.
 */
export type CriticalOutcome =
  Ok<Uint8Array | 'held' | 'cancelled'> | (Refusal<string> & { readonly answer?: Uint8Array })

/**
 * Both halves of a critical request: asks for the pre-command, compares it with what was asked for, signs it,
 * and sends it back.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function askCritical(
  { service, body, device, counter, executeAt, local }: CriticalRequest,
  parts: Asking,
): Promise<CriticalOutcome> {
  const id = { originator: parts.organisation, target: device, counter }
  const asked = { ...id, service, commandVariant: 4, body } as const
  const made = await parts.dcc.ask(asked)
  if (!made.ok) return made
  const transformed = granted(made.value)
  if (!transformed.ok) return transformed
  const { preCommand } = transformed.value
  assert(preCommand !== undefined, 'the answer of a transform carries a pre-command')
  const matches = correlate(buildRequest(asked), preCommand)
  if (!matches.ok) return refused(`Correlation${matches.reason}`, matches.detail)
  const payload = signPreCommand(preCommand, parts.key, parts.crypto)
  const signed = { kind: 'signedPreCommand', payload, executeAt } as const
  const commandVariant = local === true ? 6 : 5
  const answered = await parts.dcc.ask({ ...asked, commandVariant, body: signed })
  if (!answered.ok) return answered
  const delivered = granted(answered.value)
  if (delivered.ok) {
    const { payload: answer, localCommand } = delivered.value
    return ok(localCommand ?? answer ?? new Uint8Array())
  }
  if (executeAt !== undefined && delivered.reason === 'FutureDated') return ok('held')
  if (executeAt === cancellation && delivered.reason === 'Cancelled') return ok('cancelled')
  const { payload: answer } = answered.value
  return answer === undefined ? delivered : { ...delivered, answer }
}
