import { utf8, type Crypto } from '@interlock/kernel'
import { createLinkCodec, type LinkCodec, type LinkCounters, type LinkSide } from './link-codec.ts'

/**
 * The two conversations of one connection, each with keys and counters of its own: what this side
 * asks and is answered, and what it is asked and answers. Frames of one conversation keep their
 * order; frames of the two may overtake each other.
 */
export type LinkSession = { readonly asking: LinkCodec; readonly answering: LinkCodec }

/** `key` comes from a pairing with fresh nonces, so counters live as long as the connection. */
export function createLinkSession(options: {
  readonly key: Uint8Array
  readonly side: LinkSide
  readonly crypto: Crypto
}): LinkSession {
  const { key, side, crypto } = options
  const other: LinkSide = side === 'llcs' ? 'station' : 'llcs'
  const codec = (asker: LinkSide): LinkCodec =>
    createLinkCodec({
      key: crypto.hmacSha256(key, utf8(`interlock-link ${asker} asks`)),
      side,
      crypto,
      counters: inMemory(),
    })
  return { asking: codec(side), answering: codec(other) }
}

function inMemory(): LinkCounters {
  let sent = 0n
  let received = 0n
  return {
    next: () => (sent += 1n),
    lastReceived: () => received,
    received(counter) {
      received = counter
    },
  }
}
