import { isClockInterval } from './clock.ts'
import {
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { isLoadControlCommand, isWindow } from './arm.ts'
import {
  decodeSigned,
  decodeUnsignedCommand,
  type Command,
  type ReadCommand,
  type SignedCommand,
} from './command.ts'
import { unwrapMac, verifyMac, type MacProblem } from './mac.ts'
import { useCases, type UseCase } from './use-cases.ts'

/** Why a device does not execute what it was sent. */
export type DeviceRefusal =
  MacProblem | 'RecipientWrong' | 'OriginatorUnknown' | 'SignatureInvalid' | 'CounterUsed'

/** What a device holds about itself and those who may command it. */
export type DeviceAnchors = {
  readonly eui: Eui64
  readonly keyAgreement: PrivateKey
  /** The DCC's access control broker: every command carries its MAC. */
  readonly brokerKey: PublicKey
  /**
   * The signing key in the trust-anchor cell whose role may originate this use case; `undefined`
   * when that originator is not in it.
   */
  readonly signer: (originator: Eui64, useCase: UseCase) => PublicKey | undefined
  /** Highest counter accepted from that originator, −1 before the first. */
  readonly lastCounter: (originator: Eui64) => bigint
}

export type Accepted = {
  readonly command: Command
  /** `DF 09` … signature: what the digest of an arm is over. Empty tail for non-critical ones. */
  readonly bytes: Uint8Array
  /** True when the counter must be persisted before acting. */
  readonly critical: boolean
}

/**
 * The device's rule for a command from the network: addressed to it, the DCC's MAC, and for a
 * critical one also the originator's signature and a new counter. Both authorisations are needed,
 * so neither the DCC nor the originator can act alone.
 */
export function acceptCommand(
  bytes: Uint8Array,
  device: DeviceAnchors,
  crypto: Crypto,
): Outcome<Accepted, DeviceRefusal> {
  const wrapped = unwrapMac(bytes)
  if (!wrapped.ok) return wrapped
  const { inner } = wrapped.value
  const signed = decodeSigned(inner)
  const keys = { own: device.keyAgreement, peer: device.brokerKey }
  if (signed.ok) {
    if (signed.value.command.target !== device.eui) return refused('RecipientWrong')
    const mac = verifyMac(bytes, 'signed', keys, crypto)
    return mac.ok ? acceptSigned(signed.value, device, crypto) : mac
  }
  if (signed.reason !== 'SignatureMissing') return signed
  const unsigned = decodeUnsignedCommand(inner)
  if (!unsigned.ok) return unsigned
  if (unsigned.value.command.target !== device.eui) return refused('RecipientWrong')
  const mac = verifyMac(bytes, 'unsigned', keys, crypto)
  return mac.ok ? acceptUnsigned(unsigned.value) : mac
}

function acceptSigned(
  read: SignedCommand,
  device: DeviceAnchors,
  crypto: Crypto,
): Outcome<Accepted, DeviceRefusal> {
  const { command, covered, signature, bytes } = read
  const key = device.signer(command.originator, command.useCase)
  if (key === undefined) return refused('OriginatorUnknown', command.originator)
  if (!crypto.verify(key, covered, signature)) return refused('SignatureInvalid')
  const last = device.lastCounter(command.originator)
  if (command.counter <= last) return refused('CounterUsed', `${command.counter} ≤ ${last}`)
  return ok({ command, bytes, critical: useCases[command.useCase].critical })
}

function acceptUnsigned({ command, message }: ReadCommand): Outcome<Accepted, DeviceRefusal> {
  return ok({ command, bytes: message.bytes, critical: false })
}

/**
 * Whether an accepted command has a period that a device may execute, or a time it may go by. One that has
 * not is answered with `otherReason` (ECS47a, ECS47e, ECS70), after its counter is used up.
 */
export const isExecutable = (command: Command): boolean =>
  command.useCase === 'ECS70'
    ? isClockInterval(command)
    : !isLoadControlCommand(command) || isWindow(command)
