import {
  granted,
  variantRow,
  type RequestBody,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import { decodeSigned, openAnswer, type UseCase } from '@interlock/gbcs'
import type { Crypto, PublicKey } from '@interlock/kernel'

/** Whether a device itself is to answer a request: not one for a pre-command, a local copy or the company. */
export const isForDevice = ({ commandVariant }: Pick<ServiceRequest, 'commandVariant'>): boolean =>
  variantRow(commandVariant).wideArea

/**
 * Why what the data company says of a device is not what the device says. It is believed where the device itself
 * has signed an answer to this very command, with the result that the code tells: the company can say that it
 * brought nothing, and not that something was done, or read.
 */
export function answerProblem(
  asked: ServiceRequest,
  response: ServiceResponse,
  device: PublicKey,
  crypto: Crypto,
): string | undefined {
  const done = granted(response)
  const byDevice = done.ok || done.reason === 'DeviceRefused'
  const { payload } = response
  if (payload === undefined) return byDevice ? 'the device has said nothing of it' : undefined
  const useCase = useCaseIn(asked.body)
  if (useCase === undefined) return 'nothing was asked that a device answers'
  const { originator, target, counter } = asked
  const opened = openAnswer(payload, { originator, target, counter, useCase }, device, crypto)
  if (!opened.ok) return opened.detail ?? opened.reason
  const { result } = opened.value
  return byDevice && (result === 'success') !== done.ok ? `the device says ${result}` : undefined
}

/** The command that the company makes of a request, or that its user has signed. */
function useCaseIn(body: RequestBody): UseCase | undefined {
  if (body.kind !== 'signedPreCommand') return reads[body.kind]
  const signed = decodeSigned(body.payload)
  return signed.ok ? signed.value.command.useCase : undefined
}
const reads: Readonly<Partial<Record<RequestBody['kind'], UseCase>>> = {
  readTariff: 'ECS24',
  readSignedTariff: 'ReadTariff',
  readConsumption: 'ReadConsumption',
  readImportProfile: 'ECS22b',
  readControllers: 'ECS61d',
  readControllerOperation: 'ECS61e',
}
