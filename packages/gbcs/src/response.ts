import {
  concat,
  ok,
  refused,
  sameBytes,
  u64,
  type Crypto,
  type Eui64,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { berLength, readBerLength } from './ber.ts'
import type { Command } from './command.ts'
import { attachSignature, decodeGrouping, encodeGrouping, toBeSigned } from './message.ts'
import type { GbcsProblem } from './problems.ts'
import { useCaseOf, useCases, type UseCase } from './use-cases.ts'

/** DLMS data-access results, the ones our devices give. */
export const resultCodes = {
  success: 0,
  temporaryFailure: 2,
  readWriteDenied: 3,
  objectUndefined: 4,
  otherReason: 250,
} as const
export type ResultCode = keyof typeof resultCodes

/** A device's answer to a command. It carries the command's counter and goes to its originator. */
export type DeviceResponse = {
  readonly useCase: UseCase
  readonly device: Eui64
  readonly originator: Eui64
  readonly counter: bigint
  readonly result: ResultCode
  /** What was read: for a tariff, the supplier-signed command that set it. */
  readonly data?: Uint8Array
}
export type ReadResponse = {
  readonly response: DeviceResponse
  readonly covered: Uint8Array
  readonly signature: Uint8Array
}

/** The response to `command`, signed with the device's digital-signing key; it has no MAC. */
export function encodeResponse(
  command: Command,
  answer: { readonly result: ResultCode; readonly data?: Uint8Array },
  key: PrivateKey,
  crypto: Crypto,
): Uint8Array {
  const row = useCases[command.useCase]
  const unsigned = encodeGrouping({
    kind: 'response',
    counter: command.counter,
    originator: command.target,
    recipient: command.originator,
    messageCode: row.code,
    content: encodeContent(row.results, command.counter, answer.result, answer.data),
  })
  return attachSignature(unsigned, crypto.sign(key, toBeSigned(unsigned)))
}

/** Reads a signed response; the signature is for the caller to verify over `covered`. */
export function decodeResponse(bytes: Uint8Array): Outcome<ReadResponse, GbcsProblem> {
  const message = decodeGrouping(bytes, 'signed')
  if (!message.ok) return message
  const { kind, about, messageCode, counter, content, covered, signature } = message.value
  if (kind !== 'response' || about !== undefined) return refused('HeaderMalformed')
  if (signature === undefined) return refused('SignatureMissing')
  const useCase = useCaseOf(messageCode)
  if (useCase === undefined) return refused('UseCaseUnknown', messageCode.toString(16))
  const read = decodeContent(useCases[useCase].results, counter, content)
  if (read === undefined) return refused('ContentMalformed')
  const { originator: device, recipient: originator } = message.value
  return ok({ response: { useCase, device, originator, counter, ...read }, covered, signature })
}

/** A DLMS access-response: one datum and one result for each specification of the command. */
function encodeContent(
  specifications: readonly number[],
  counter: bigint,
  result: ResultCode,
  data: Uint8Array | undefined,
): Uint8Array {
  const none = specifications.map(() => 0)
  const datum =
    data === undefined
      ? Uint8Array.from(none)
      : concat(Uint8Array.of(0x09), berLength(data.length), data)
  return concat(
    Uint8Array.of(0xda, 0x20),
    u64(counter).subarray(5),
    Uint8Array.of(0, 0, specifications.length),
    datum,
    Uint8Array.of(specifications.length),
    Uint8Array.from(specifications.flatMap((each) => [each, resultCodes[result]])),
  )
}

const datumAt = 8

function decodeContent(
  specifications: readonly number[],
  counter: bigint,
  content: Uint8Array,
): { result: ResultCode; data?: Uint8Array } | undefined {
  const last = content[content.length - 1]
  const result = (Object.keys(resultCodes) as ResultCode[]).find(
    (each) => resultCodes[each] === last,
  )
  if (result === undefined) return undefined
  const data = readDatum(content)
  const again = encodeContent(specifications, counter, result, data)
  if (!sameBytes(again, content)) return undefined
  return data === undefined ? { result } : { result, data }
}

function readDatum(content: Uint8Array): Uint8Array | undefined {
  if (content[datumAt] !== 0x09) return undefined
  const length = readBerLength(content, datumAt + 1)
  return length && content.slice(length.next, length.next + length.length)
}
