import { position, type Position } from '@interlock/bus'
import { isSealedMessage, limits, type SealedMessage } from '@interlock/contract'
import { parseJson } from '@interlock/kernel'
import { createHash } from 'node:crypto'
import { keptBytesMax } from './streams.ts'

/**
 * Messages of one topic that the servers keep as one of theirs: all of them, in their order, or none. As lines of
 * text: the ids, as a list in JSON, then each message, as many as ids. What a message is made of is base64url, in
 * which there is neither a space nor the end of a line, so nothing needs to be quoted, nor searched for what is.
 */
export type Bundle = {
  /** By which publishers name their messages: one that is published again is known by it. */
  readonly ids: readonly string[]
  readonly messages: readonly SealedMessage[]
}

export const bundleMessagesMax = 64
/** What the list of ids adds to a message: those of an access point, with quotation marks, are shorter. */
const idChars = 128
/** Of a bundle in JSON: an object, its arrays, a message, its keys. */
const depthMax = 4

/** Its head, its body, and its keys where it has any, with spaces between them. */
export const lineOf = ({ head, body, keys }: SealedMessage): string =>
  keys === undefined ? `${head} ${body}` : `${head} ${body} ${keys.join(' ')}`

/** How long a message is as JSON, by which every carrier limits it: its line, with names and quotation marks. */
export const jsonChars = ({ keys }: SealedMessage, line: string): number =>
  line.length + 20 + (keys === undefined ? 0 : 9 + 2 * keys.length)

export const bundleText = (ids: readonly string[], lines: readonly string[]): string =>
  `${JSON.stringify(ids)}\n${lines.join('\n')}\n`

/** `undefined` for what no publisher of ours has sent. */
export function parseBundle(text: string): Bundle | undefined {
  if (text.length > keptBytesMax) return undefined
  return text.startsWith('{') ? parseObject(text) : parseLines(text)
}

function parseLines(text: string): Bundle | undefined {
  // The ids, the messages, and nothing after the end of the last; one more tells that there are too many.
  const [list = '', ...lines] = text.split('\n', bundleMessagesMax + 3)
  const ids = parseIds(list)
  if (ids === undefined || lines.pop() !== '' || lines.length !== ids.length) return undefined
  const messages = lines.map(messageOf)
  return messages.every(isSealedMessage) ? { ids, messages } : undefined
}

/** As publishers of earlier releases send them, `{ids: [text…], messages: [sealed…]}`: the servers keep such for days. */
function parseObject(text: string): Bundle | undefined {
  const parsed = parseJson(text, depthMax)
  if (!parsed.ok) return undefined
  const { ids: list, messages, ...more } = parsed.value as { ids?: unknown; messages?: unknown }
  const ids = idsOf(list)
  if (ids === undefined || !Array.isArray(messages) || Object.keys(more).length > 0)
    return undefined
  return messages.length === ids.length && messages.every(isSealedMessage)
    ? { ids, messages }
    : undefined
}

function parseIds(list: string): string[] | undefined {
  const parsed = parseJson(list, 1)
  return parsed.ok ? idsOf(parsed.value) : undefined
}

function idsOf(list: unknown): string[] | undefined {
  if (!Array.isArray(list)) return undefined
  const ids: readonly unknown[] = list
  const isWhole = ids.length > 0 && ids.length <= bundleMessagesMax
  return isWhole && ids.every((id) => typeof id === 'string') ? ids.slice() : undefined
}

/** Of what any line says, to be checked. */
function messageOf(line: string): SealedMessage {
  const [head = '', body = '', ...keys] = line.split(' ', limits.sealReadersMax + 3)
  return keys.length === 0 ? { head, body } : { head, keys, body }
}

/** By which the servers know a bundle that is sent again: of the same messages alone. */
export function bundleId(ids: readonly string[]): string {
  const [only = ''] = ids
  return ids.length === 1
    ? only
    : createHash('sha256').update(JSON.stringify(ids)).digest('base64url')
}

/** Of the message at `place`, 0 and on, of the servers' message `sequence`, 1 and on. */
export const positionIn = (sequence: number, place: number): Position =>
  position((sequence - 1) * bundleMessagesMax + place + 1)

/** After everything that was in the servers' message `sequence`; 0 before the first. */
export const positionAfter = (sequence: number): Position => position(sequence * bundleMessagesMax)

/** The servers' first message in which there may be something after a position. */
export const sequenceFor = (after: Position): number => Math.floor(after / bundleMessagesMax) + 1

/** What goes together from the front of what waits. */
export function bundled<Each extends { readonly text: string }>(
  waiting: readonly Each[],
): readonly Each[] {
  let chars = 0
  const end = waiting.findIndex((each, place) => {
    chars += each.text.length + idChars
    return place > 0 && (place >= bundleMessagesMax || chars > limits.frameBytesMax)
  })
  return end < 0 ? waiting.slice() : waiting.slice(0, end)
}
