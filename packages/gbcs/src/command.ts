import { assert, concat, ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import {
  attachSignature,
  codeUnknown,
  decodeGrouping,
  encodeGrouping,
  notOfKind,
  signatureMissing,
  toBeSigned,
  type Message,
} from './message.ts'
import type { Crypto, PrivateKey } from '@interlock/kernel'
import type { GbcsProblem } from './problems.ts'
import {
  decodeContent,
  encodeContent,
  useCaseOf,
  useCases,
  type ParametersOf,
  type UseCase,
} from './use-cases.ts'

type Addressed = {
  readonly originator: Eui64
  readonly target: Eui64
  readonly counter: bigint
}

/** A command in words: the use case, who to whom, the counter, and the use case's parameters. */
export type Command = {
  [Name in UseCase]: { readonly useCase: Name } & Addressed & ParametersOf<Name>
}[UseCase]
export type CommandOf<Name extends UseCase> = Extract<Command, { useCase: Name }>

/** A command that was read from bytes. Nothing in it is verified. */
export type ReadCommand = {
  readonly command: Command
  readonly message: Message
}
export type SignedCommand = ReadCommand & {
  /** What the originator signed. */
  readonly covered: Uint8Array
  readonly signature: Uint8Array
  /** `DF 09` … end of signature. */
  readonly bytes: Uint8Array
}

/** The unsigned form: `DF 09` … end of content. */
export function encodePreCommand(command: Command): Uint8Array {
  return encodeGrouping({
    kind: 'command',
    counter: command.counter,
    originator: command.originator,
    recipient: command.target,
    messageCode: useCases[command.useCase].code,
    content: encodeContent(command.useCase, command, command.counter),
  })
}

/** The unsigned form with the originator's signature appended. */
export const signPreCommand = (
  preCommand: Uint8Array,
  key: PrivateKey,
  crypto: Crypto,
): Uint8Array => attachSignature(preCommand, crypto.sign(key, toBeSigned(preCommand)))

/** A non-critical command: `00` in place of a signature. */
export function encodeUnsignedCommand(command: Command): Uint8Array {
  assert(!useCases[command.useCase].critical, 'a critical command is signed')
  return concat(encodePreCommand(command), Uint8Array.of(0))
}

export const decodePreCommand = (bytes: Uint8Array): Outcome<ReadCommand, GbcsProblem> => {
  const message = decodeGrouping(bytes, 'preCommand')
  return message.ok ? readCommand(message.value) : message
}

/** Reads a non-critical command; a critical one without its signature is refused. */
export function decodeUnsignedCommand(bytes: Uint8Array): Outcome<ReadCommand, GbcsProblem> {
  const message = decodeGrouping(bytes, 'unsigned')
  if (!message.ok) return message
  const read = readCommand(message.value)
  if (read.ok && useCases[read.value.command.useCase].critical) return signatureMissing
  return read
}

/** Reads a signed pre-command, `DF 09` … end of signature. The signature is not verified. */
export function decodeSigned(bytes: Uint8Array): Outcome<SignedCommand, GbcsProblem> {
  const message = decodeGrouping(bytes, 'signed')
  if (!message.ok) return message
  const read = readCommand(message.value)
  if (!read.ok) return read
  const { signature, covered } = message.value
  if (signature === undefined) return signatureMissing
  return ok({ ...read.value, covered, signature, bytes: message.value.bytes })
}

/** What a message says as a command; nothing in it is verified. */
export function readCommand(message: Message): Outcome<ReadCommand, GbcsProblem> {
  const problem = notOfKind(message, 'command')
  if (problem !== undefined) return problem
  const useCase = useCaseOf(message.messageCode)
  if (useCase === undefined) return codeUnknown(message.messageCode)
  const content = decodeContent(useCase, message.content, message.counter)
  if (!content.ok) return content
  const { originator, recipient: target, counter } = message
  const command = { useCase, originator, target, counter, ...content.value.values } as Command
  // What has its answer encrypted names both once more.
  if (command.originator !== originator || command.target !== target)
    return refused('ContentMalformed', 'parties: are not those of the header')
  return ok({ command, message })
}
