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
  type Ok,
  type Refusal,
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

export type LinkProblem =
  | 'LinkMac'
  | 'LinkReplayed'
  | 'LinkMalformed'
  /** It was under way too long, or the sender's clock is behind. */
  | 'LinkExpired'
  /** It comes from the future: the sender's clock is ahead. */
  | 'LinkClockSkew'
/** With the counter of a frame that the other side has made, so that it can be told. */
export type LinkRefusal = Refusal<LinkProblem> & { readonly counter?: bigint }
/** `counter` is what an acknowledgement names in `to`. */
export type SealedLinkMessage = { readonly bytes: Uint8Array; readonly counter: bigint }
export type OpenedLinkMessage = { readonly message: LinkMessage; readonly counter: bigint }

export type LinkCodec = {
  /** @throws Error when the message is too large for a frame. */
  seal(message: LinkMessage, expiresAt: Instant): SealedLinkMessage
  /** The counter is consumed once the MAC is right, whatever the frame says and however late it is. */
  open(bytes: Uint8Array, now: Instant): Ok<OpenedLinkMessage> | LinkRefusal
}

/**
 * What is opened however the two clocks differ: it moves nothing, and without it two sides that disagree
 * about the time could not find that out. All else, arms above all, is of now or refused.
 */
const timeless: ReadonlySet<LinkMessage['kind']> = new Set([
  'time',
  'heartbeat',
  'ownerKeys',
  'ack',
])

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
      const counter = readU64(framed, 2)
      if (counter <= counters.lastReceived()) return refused('LinkReplayed', `${counter}`)
      counters.received(counter)
      const message = parseLinkMessage(framed.subarray(headBytes))
      if (!message.ok) return message
      const left = Number(readU64(framed, 10)) - now
      const reason = timeless.has(message.value.kind) ? undefined : untimely(left)
      if (reason !== undefined) return { ...refused(reason, `${left} ms left`), counter }
      return ok({ message: message.value, counter })
    },
  }
}

function untimely(leftMillis: number): 'LinkExpired' | 'LinkClockSkew' | undefined {
  if (leftMillis <= 0) return 'LinkExpired'
  return leftMillis > 2 * limits.linkMessageLifetimeMillis ? 'LinkClockSkew' : undefined
}

/** The answer to the frame with that counter; without a reason it is done. */
export const linkAck = (counter: bigint, reason?: string): LinkMessage => ({
  kind: 'ack',
  to: counter.toString(),
  ...(reason === undefined ? {} : { reason }),
})

/** The expiry of a message sent at `now`. */
export const linkExpiry = (now: Instant): Instant => instant(now + limits.linkMessageLifetimeMillis)
