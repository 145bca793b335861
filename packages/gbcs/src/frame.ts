import { concat, ok, type Outcome } from '@interlock/kernel'
import { encodeUnsignedAlert, readAlert, readAlertContent, type Alert } from './alert.ts'
import { encodePreCommand, readCommand, type Command } from './command.ts'
import { readContent } from './content.ts'
import { movedBy, type Part, type ReadLayout } from './layout.ts'
import { hasMacHeader, unwrapMac, wrapMac } from './mac.ts'
import {
  attachSignature,
  decodeGrouping,
  findContent,
  formOf,
  signatureMissing,
  type Message,
  type MessageForm,
} from './message.ts'
import type { GbcsProblem } from './problems.ts'
import {
  encodeUnsignedResponse,
  readResponse,
  responseLayout,
  type DeviceResponse,
} from './response.ts'
import { decodeContent, useCases } from './use-cases.ts'

/** Any message of ours as it travels, for tools that show or make one. Nothing is verified. */
export type Frame = {
  readonly form: MessageForm
  readonly said: Said
  /** 64 bytes r‖s when the form is `signed`. */
  readonly signature?: Uint8Array
  /** 12 bytes when the message has its MAC header. */
  readonly mac?: Uint8Array
}
export type Said =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'response'; readonly response: DeviceResponse }
  | { readonly kind: 'alert'; readonly alert: Alert }

/** A frame and every byte of it, field by field. */
export type ReadFrame = { readonly frame: Frame; readonly parts: readonly Part[] }

/** Reads a message of any kind and form, with or without MAC header. */
export function readFrame(bytes: Uint8Array): Outcome<ReadFrame, GbcsProblem> {
  if (!hasMacHeader(bytes)) return readInner(bytes)
  const wrapped = unwrapMac(bytes)
  if (!wrapped.ok) return wrapped
  const { inner, mac } = wrapped.value
  const header = wrapped.value.header()
  const read = readInner(inner)
  if (!read.ok) return read
  if (read.value.frame.form === 'preCommand') return signatureMissing
  const start = header.reduce((sum, part) => sum + part.bytes.length, 0)
  const macPart = { name: 'MAC', offset: start + inner.length, bytes: mac, words: 'AES-128-GCM' }
  const parts = [...header, ...movedBy(start, read.value.parts), macPart]
  return ok({ frame: { ...read.value.frame, mac }, parts })
}

function readInner(bytes: Uint8Array): Outcome<ReadFrame, GbcsProblem> {
  const found = findContent(bytes)
  if (!found.ok) return found
  const { header, length, start, end } = found.value
  const form = formOf(bytes, end)
  const message = decodeGrouping(bytes, form)
  if (!message.ok) return message
  const said = read(message.value)
  if (!said.ok) return said
  const content = contentOf(said.value, message.value)
  if (!content.ok) return content
  const { signature } = message.value
  const frame = { form, said: said.value, ...(signature === undefined ? {} : { signature }) }
  if (form === 'unsigned' && mustBeSigned(frame.said)) return signatureMissing
  const parts = [
    ...header.parts(),
    length,
    ...movedBy(start, content.value.parts()),
    ...tailParts(end, form, signature),
  ]
  return ok({ frame, parts })
}

function read(message: Message): Outcome<Said, GbcsProblem> {
  const { kind } = message
  if (kind === 'command') {
    const command = readCommand(message)
    return command.ok ? ok({ kind, command: command.value.command }) : command
  }
  if (kind === 'response') {
    const response = readResponse(message)
    return response.ok ? ok({ kind, response: response.value }) : response
  }
  const alert = readAlert(message)
  return alert.ok ? ok({ kind, alert: alert.value }) : alert
}

function contentOf(said: Said, message: Message): Outcome<ReadLayout<object>, GbcsProblem> {
  const { content, counter } = message
  if (said.kind === 'command') return decodeContent(said.command.useCase, content, counter)
  if (said.kind === 'response')
    return readContent(responseLayout(said.response.useCase), content, counter)
  return readAlertContent(said.alert.code, content, counter)
}

/** Only the answer to a read, and a read itself, may go without a signature. */
const mustBeSigned = (said: Said): boolean =>
  said.kind !== 'command' || useCases[said.command.useCase].critical

function tailParts(at: number, form: MessageForm, signature: Uint8Array | undefined): Part[] {
  if (form === 'preCommand') return []
  const length = signature?.length ?? 0
  const words = length === 0 ? 'none' : `${length}`
  const head = { name: 'length of the signature', offset: at, bytes: Uint8Array.of(length), words }
  if (signature === undefined) return [head]
  return [head, { name: 'signature', offset: at + 1, bytes: signature, words: 'ECDSA P-256, r‖s' }]
}

/**
 * Writes a frame with the signature and MAC that it carries; makes neither.
 * @throws Error when form and signature contradict each other, or a value is outside its limits.
 */
export function writeFrame(frame: Frame): Uint8Array {
  const bytes = tailed(unsignedOf(frame.said), frame)
  return frame.mac === undefined ? bytes : wrapMac(bytes, frame.mac)
}

const unsignedOf = (said: Said): Uint8Array =>
  said.kind === 'command'
    ? encodePreCommand(said.command)
    : said.kind === 'response'
      ? encodeUnsignedResponse(said.response)
      : encodeUnsignedAlert(said.alert)

function tailed(bytes: Uint8Array, { form, signature }: Frame): Uint8Array {
  if (form === 'preCommand') return bytes
  if (form === 'unsigned') return concat(bytes, Uint8Array.of(0))
  return attachSignature(bytes, signature ?? new Uint8Array())
}
