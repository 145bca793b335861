import { limits, type LinkMessage } from '@interlock/contract'
import {
  assert,
  concat,
  instant,
  ok,
  readU64,
  refused,
  sameBytes,
  u64,
  utf8,
  type Crypto,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { parseLinkMessage } from './link-message.ts'

/**
 * A frame of the local link: version u8 | sender u8 | counter u64 | expires at u64 (ms) | JSON |
 * HMAC-SHA-256. Each direction has a key of its own, so that no frame can be turned round.
 */
const version = 1
const senders = { llcs: 1, station: 2 } as const
export type LinkSide = keyof typeof senders
const headBytes = 18
const macBytes = 32

/** Where a side keeps its two counters. Both calls persist before they return. */
export type LinkCounters = {
  /** A counter never used before for sending. */
  next(): bigint
  lastReceived(): bigint
  received(counter: bigint): void
}

export type LinkProblem = 'LinkMac' | 'LinkReplayed' | 'LinkExpired' | 'LinkMalformed'
/** `counter` is what an acknowledgement names in `to`. */
export type SealedLinkMessage = { readonly bytes: Uint8Array; readonly counter: bigint }
export type OpenedLinkMessage = { readonly message: LinkMessage; readonly counter: bigint }

export type LinkCodec = {
  /** @throws Error when the message is too large for a frame. */
  seal(message: LinkMessage, expiresAt: Instant): SealedLinkMessage
  /** The counter is consumed once the MAC is right and the frame fresh, whatever it says. */
  open(bytes: Uint8Array, now: Instant): Outcome<OpenedLinkMessage, LinkProblem>
}

export function createLinkCodec(options: {
  /** From pairing; 32 bytes. */
  readonly key: Uint8Array
  readonly side: LinkSide
  readonly crypto: Crypto
  readonly counters: LinkCounters
}): LinkCodec {
  const { key, side, crypto, counters } = options
  assert(key.length === 32, 'a link key has 32 bytes')
  const other: LinkSide = side === 'llcs' ? 'station' : 'llcs'
  const keyFrom = (sender: LinkSide): Uint8Array =>
    crypto.hmacSha256(key, utf8(`interlock-link ${sender}`))
  const sending = keyFrom(side)
  const receiving = keyFrom(other)

  return {
    seal(message, expiresAt) {
      const counter = counters.next()
      const head = Uint8Array.of(version, senders[side])
      const expiry = u64(BigInt(Math.floor(expiresAt)))
      const framed = concat(head, u64(counter), expiry, utf8(JSON.stringify(message)))
      assert(framed.length + macBytes <= limits.linkFrameBytesMax, 'a link message fits its frame')
      return { bytes: concat(framed, crypto.hmacSha256(sending, framed)), counter }
    },

    open(bytes, now) {
      if (bytes.length < headBytes + macBytes || bytes.length > limits.linkFrameBytesMax)
        return refused('LinkMalformed', `${bytes.length} bytes`)
      const framed = bytes.subarray(0, -macBytes)
      if (!sameBytes(crypto.hmacSha256(receiving, framed), bytes.subarray(-macBytes)))
        return refused('LinkMac')
      if (framed[0] !== version || framed[1] !== senders[other]) return refused('LinkMalformed')
      if (readU64(framed, 10) <= BigInt(Math.floor(now))) return refused('LinkExpired')
      const counter = readU64(framed, 2)
      if (counter <= counters.lastReceived()) return refused('LinkReplayed', `${counter}`)
      counters.received(counter)
      const message = parseLinkMessage(framed.subarray(headBytes))
      return message.ok ? ok({ message: message.value, counter }) : message
    },
  }
}

/** The expiry of a message sent at `now`. */
export const linkExpiry = (now: Instant): Instant => instant(now + limits.linkMessageLifetimeMillis)
