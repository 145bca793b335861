import {
  assert,
  ok,
  refused,
  toHex,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { accessResponse, isAccessAnswer } from './access-response.ts'
import type { Command } from './command.ts'
import {
  configurationRead,
  isControllersAnswer,
  operationRead,
  type ControllerConfiguration,
  type ControllerOperation,
} from './controllers-response.ts'
import { readContent } from './content.ts'
import {
  credentialsResponse,
  isCredentialsAnswer,
  type CredentialsReport,
} from './credentials-response.ts'
import type { ReplacementMode } from './credentials.ts'
import { derTags } from './der.ts'
import { firmwareVersionBytes } from './firmware.ts'
import { constant, writeLayout, type Layout } from './layout.ts'
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
import { profileAnswer } from './profile-read.ts'
import type { GbcsProblem } from './problems.ts'
import type { ResultCode } from './result-codes.ts'
import { isTariffShown, tariffShown, type TariffShown } from './tariff-response.ts'
import { credentialsUpdates, useCaseOf, useCases, type UseCase } from './use-cases.ts'

export type Answer = {
  /** What the results of all that the command addressed come to: the first that is not `success`. */
  readonly result: ResultCode
  /** The result of each, in the order of the command; only where they differ. */
  readonly results?: readonly ResultCode[]
  /** What was read: for a tariff, the supplier-signed command that set it. */
  readonly data?: Uint8Array
} & Partial<CredentialsReport> &
  ControllerConfiguration &
  ControllerOperation &
  TariffShown
/** A device's answer to a command. It carries the command's counter and goes to its originator. */
export type DeviceResponse = Answer & {
  readonly useCase: UseCase
  readonly device: Eui64
  readonly originator: Eui64
  readonly counter: bigint
  /** When the device says that it answered; absent where it does not say. */
  readonly at?: Instant
}
export type ReadResponse = {
  readonly response: DeviceResponse
  readonly covered: Uint8Array
  readonly signature: Uint8Array
}

/** The response to `command`, signed with the device's digital-signing key; it has no MAC. */
export function encodeResponse(
  command: Command,
  answer: Answer,
  key: PrivateKey,
  crypto: Crypto,
): Uint8Array {
  const { useCase, target: device, originator, counter } = command
  const unsigned = encodeUnsignedResponse({ useCase, device, originator, counter, ...answer })
  return attachSignature(unsigned, crypto.sign(key, toBeSigned(unsigned)))
}

/** The response before it is signed: `DF 09` … end of content. */
export const encodeUnsignedResponse = (response: DeviceResponse): Uint8Array =>
  encodeGrouping({
    kind: 'response',
    counter: response.counter,
    originator: response.device,
    recipient: response.originator,
    messageCode: useCases[response.useCase].code,
    ...(response.at === undefined ? {} : { at: response.at }),
    content: writeLayout(responseLayout(response.useCase), response, response.counter),
  })

/** Reads a signed response; the signature is for the caller to verify over `covered`. */
export function decodeResponse(bytes: Uint8Array): Outcome<ReadResponse, GbcsProblem> {
  const message = decodeGrouping(bytes, 'signed')
  if (!message.ok) return message
  const response = readResponse(message.value)
  if (!response.ok) return response
  const { covered, signature } = message.value
  if (signature === undefined) return signatureMissing
  return ok({ response: response.value, covered, signature })
}

/** What a message says as a response; nothing in it is verified. */
export function readResponse(message: Message): Outcome<DeviceResponse, GbcsProblem> {
  const problem = notOfKind(message, 'response')
  if (problem !== undefined) return problem
  const { messageCode, counter, content, originator: device, recipient: originator } = message
  const useCase = useCaseOf(messageCode)
  if (useCase === undefined) return codeUnknown(messageCode)
  const read = readContent(responseLayout(useCase), content, counter)
  if (!read.ok) return read
  const time = message.at === undefined ? {} : { at: message.at }
  const said = { device, originator, ...read.value.values }
  // What is encrypted names its parties once more.
  if (said.device !== device || said.originator !== originator)
    return refused('ContentMalformed', 'parties: are not those of the header')
  return ok({ useCase, counter, ...time, ...said })
}

/** How an activation of firmware went. */
const activationOutcomes: Readonly<Partial<Record<ResultCode, number>>> = {
  success: 0,
  /** No such image is held. */
  objectUndefined: 1,
}

/** DER: a sequence of the outcome and of the version that runs now, which is what was read. */
const activationLayout: Layout<Answer> = [
  constant('sequence', 0x30, 9),
  {
    name: 'outcome of the activation',
    bytes: 3,
    write({ result }) {
      const outcome = activationOutcomes[result]
      assert(outcome !== undefined, 'an outcome that an activation has')
      return Uint8Array.of(0x02, 1, outcome)
    },
    read(bytes) {
      const names = Object.keys(activationOutcomes) as ResultCode[]
      const result = names.find((each) => activationOutcomes[each] === bytes[2])
      return result && { result }
    },
    say: ({ result }) => result,
  },
  {
    name: 'version of the firmware that runs',
    bytes: 2 + firmwareVersionBytes,
    write({ data = new Uint8Array() }) {
      assert(data.length === firmwareVersionBytes, 'a version has four bytes')
      return Uint8Array.of(derTags.octetString, firmwareVersionBytes, ...data)
    },
    read: (bytes) => ({ data: bytes.slice(2) }),
    say: ({ data = new Uint8Array() }) => toHex(data),
  },
]

type OwnAnswer = {
  readonly layout: Layout<Answer>
  /** Whether it is one that the use case has. */
  readonly takes: (answer: Answer) => boolean
}
const ofCredentials = (mode: ReplacementMode): OwnAnswer => ({
  layout: credentialsResponse(mode),
  takes: isCredentialsAnswer,
})

const ofRead = (
  useCase: 'ECS24' | 'ECS61d' | 'ECS61e',
  read: Layout<Answer>,
  isRead: (answer: Answer) => boolean,
): OwnAnswer => ({
  layout: accessResponse(useCases[useCase], read),
  takes: (answer) => isAccessAnswer(useCases[useCase], answer) && isRead(answer),
})

/** The use cases that are not answered with the results of specifications and one octet string. */
const ownAnswers: Readonly<Partial<Record<UseCase, OwnAnswer>>> = {
  CS06: {
    layout: activationLayout,
    takes: ({ result, results, data }) =>
      results === undefined &&
      activationOutcomes[result] !== undefined &&
      data?.length === firmwareVersionBytes,
  },
  CS02b: ofCredentials(credentialsUpdates.CS02b),
  CS02g: ofCredentials(credentialsUpdates.CS02g),
  ECS22b: {
    layout: accessResponse(useCases.ECS22b, profileAnswer),
    takes: (answer) => isAccessAnswer(useCases.ECS22b, answer),
  },
  ECS24: ofRead('ECS24', tariffShown, isTariffShown),
  ECS61d: ofRead('ECS61d', configurationRead, (answer) => isControllersAnswer('ECS61d', answer)),
  ECS61e: ofRead('ECS61e', operationRead, (answer) => isControllersAnswer('ECS61e', answer)),
}

/** How the answer to a command is laid out. */
export const responseLayout = (useCase: UseCase): Layout<Answer> =>
  ownAnswers[useCase]?.layout ?? accessResponse(useCases[useCase])

/** Whether an answer is one that the use case has. */
export const isAnswerTo = (useCase: UseCase, answer: Answer): boolean =>
  ownAnswers[useCase]?.takes(answer) ?? isAccessAnswer(useCases[useCase], answer)
