import { ok, refused, toBase64Url, type Crypto, type Eui64, type Outcome } from '@interlock/kernel'
import type { CommandOf } from './command.ts'
import { decodeSigned } from './command.ts'
import type { LoadControl } from './load-control.ts'
import { windowMillisMax, type GbcsProblem } from './problems.ts'
import type { UseCase } from './use-cases.ts'

/** What a signed load-control pre-command says, in the terms of the gate (contract's `Arm`). */
export type SignedArm = {
  /** SHA-256, base64url, over the bytes from `DF 09` to the end of the signature; no MAC. */
  readonly digest: string
  readonly use: (typeof uses)[LoadControlCommand['useCase']]
  readonly originator: Eui64
  readonly target: Eui64
  readonly counter: bigint
  readonly evse: number
  readonly direction: 'import' | 'export'
  readonly levelPercent: number
  readonly from: LoadControl['from']
  readonly until: LoadControl['until']
}

export const armDigest = (signed: Uint8Array, crypto: Crypto): string =>
  toBase64Url(crypto.sha256(signed))

/** End after start, and no longer than 24 hours (GBCS ECS47a, ECS47e). */
export const isWindow = (value: Pick<LoadControl, 'from' | 'until'>): boolean =>
  value.until > value.from && value.until - value.from <= windowMillisMax

/** The use cases that are arms, and which use of an arm each is. */
const uses = {
  ECS47a: 'onDemand',
  ECS47e: 'response',
  ActivateLoad: 'supplied',
  DeactivateLoad: 'supplied',
} as const satisfies Partial<Record<UseCase, string>>
export type LoadControlCommand = CommandOf<keyof typeof uses>

/**
 * Reads a signed pre-command as an arm. The signature is *not* verified: whose key it must be is
 * for the gate to say.
 */
export function armOf(signed: Uint8Array, crypto: Crypto): Outcome<SignedArm, GbcsProblem> {
  const read = decodeSigned(signed)
  if (!read.ok) return read
  const { command } = read.value
  if (!isLoadControlCommand(command)) return refused('UseCaseUnknown', command.useCase)
  if (!isWindow(command)) return refused('WindowInvalid')
  const { originator, target, counter, controller, direction, levelPercent, from, until } = command
  return ok({
    digest: armDigest(signed, crypto),
    use: uses[command.useCase],
    originator,
    target,
    counter,
    evse: controller,
    direction,
    levelPercent,
    from,
    until,
  })
}

export const isLoadControlCommand = (command: {
  readonly useCase: string
}): command is LoadControlCommand => Object.hasOwn(uses, command.useCase)
