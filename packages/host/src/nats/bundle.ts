import { position, type Position } from '@interlock/bus'
import { isSealedMessage, limits, type SealedMessage } from '@interlock/contract'
import { parseJson } from '@interlock/kernel'
import { createHash } from 'node:crypto'

/**
 * Messages of one topic that the servers keep as one of theirs: all of them, in their order, or none. As JSON,
 * `{ids: [text…], messages: [sealed…]}`, as many of each.
 */
export type Bundle = {
  /** By which publishers name their messages: one that is published again is known by it. */
  readonly ids: readonly string[]
  readonly messages: readonly SealedMessage[]
}

export const bundleMessagesMax = 64
/** What the list of ids adds to a message: those of an access point, with quotation marks, are shorter. */
const idChars = 128
/** An object, its arrays, a message, its keys. */
const depthMax = 4

/** @param texts of the messages, as JSON */
export const bundleText = (ids: readonly string[], texts: readonly string[]): string =>
  `{"ids":${JSON.stringify(ids)},"messages":[${texts.join()}]}`

/** `undefined` for what no publisher of ours has sent. */
export function parseBundle(text: string): Bundle | undefined {
  const parsed = parseJson(text, depthMax)
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null) return undefined
  const { ids, messages } = parsed.value as { ids?: unknown; messages?: unknown }
  if (!Array.isArray(ids) || !Array.isArray(messages) || ids.length !== messages.length)
    return undefined
  const isWhole =
    ids.length <= bundleMessagesMax &&
    ids.every((id) => typeof id === 'string') &&
    messages.every(isSealedMessage)
  return isWhole ? { ids, messages } : undefined
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
