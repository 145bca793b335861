import { ok, refused, type Crypto, type Outcome, type PublicKey } from '@interlock/kernel'
import type { Command } from './command.ts'
import { decodeResponse, type DeviceResponse } from './response.ts'
import type { UseCase } from './use-cases.ts'

/** The command that an answer is held against; of its use case nothing is asked where it is not known. */
export type AnsweredCommand = Pick<Command, 'originator' | 'target' | 'counter'> & {
  readonly useCase?: UseCase
}

/**
 * Reads an answer where it is that device that signed it, about that command: originator, counter and use case
 * are in what is signed, so an answer to another command is none to this one, whoever brings it.
 */
export function openAnswer(
  bytes: Uint8Array,
  about: AnsweredCommand,
  device: PublicKey,
  crypto: Crypto,
): Outcome<DeviceResponse, 'AnswerInvalid'> {
  const read = decodeResponse(bytes)
  if (!read.ok) return refused('AnswerInvalid', read.reason)
  const { response, covered, signature } = read.value
  const fits =
    response.device === about.target &&
    response.originator === about.originator &&
    response.counter === about.counter &&
    (about.useCase === undefined || response.useCase === about.useCase)
  return fits && crypto.verify(device, covered, signature)
    ? ok(response)
    : refused('AnswerInvalid', 'not the signed answer to this command')
}
