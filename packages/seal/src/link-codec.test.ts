import { limits, type LinkMessage } from '@interlock/contract'
import { concat, instant, toBase64, toBase64Url, u64, utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLinkCodec, linkExpiry, type LinkCounters, type LinkSide } from './link-codec.ts'
import { at, crypto } from './parties.fixture.ts'

const key = crypto.sha256(utf8('pairing'))
const digest = toBase64Url(crypto.sha256(utf8('arm')))
const now = at(0)

function counting(): LinkCounters & { kept: bigint[] } {
  let sent = 0n
  let last = 0n
  const kept: bigint[] = []
  return {
    kept,
    next: () => ++sent,
    lastReceived: () => last,
    received: (counter) => {
      last = counter
      kept.push(counter)
    },
  }
}
const end = (side: LinkSide, counters = counting(), of = key) =>
  createLinkCodec({ key: of, side, crypto, counters })

const messages: readonly LinkMessage[] = [
  { kind: 'arm', preCommand: toBase64(Uint8Array.of(0xdf, 0x09)) },
  { kind: 'respond', digest, hertz: 49.7, measuredAt: now, until: now + 1 },
  { kind: 'restore', digest, at: now },
  { kind: 'tariff', signed: toBase64(Uint8Array.of(0xdf, 0x09)) },
  { kind: 'supplier', signed: toBase64(Uint8Array.of(0xdf, 0x09)) },
  { kind: 'time', at: now },
  { kind: 'heartbeat', at: now },
  { kind: 'used', digest, change: 'return' },
  { kind: 'ownerKeys', keys: [toBase64(Uint8Array.of(1, 2, 3))] },
  { kind: 'ack', to: '7', reason: 'LinkReplayed' },
  { kind: 'ack', to: '7' },
]

test.each(messages)('$kind crosses the link, either way', (message) => {
  for (const [from, to] of [
    ['llcs', 'station'],
    ['station', 'llcs'],
  ] as const) {
    const { bytes, counter } = end(from).seal(message, linkExpiry(now))
    expect(end(to).open(bytes, now)).toEqual({ ok: true, value: { message, counter } })
  }
})

test('a frame is opened once', () => {
  const station = end('station')
  const llcs = end('llcs')
  const first = llcs.seal({ kind: 'time', at: now }, linkExpiry(now))
  const second = llcs.seal({ kind: 'time', at: now }, linkExpiry(now))
  expect(station.open(second.bytes, now).ok).toBe(true)
  expect(station.open(second.bytes, now)).toMatchObject({ reason: 'LinkReplayed', detail: '2' })
  expect(station.open(first.bytes, now)).toMatchObject({ reason: 'LinkReplayed' })
})

test('a frame turned back to its sender is refused', () => {
  const llcs = end('llcs')
  const { bytes } = llcs.seal({ kind: 'heartbeat', at: now }, linkExpiry(now))
  expect(end('llcs').open(bytes, now)).toMatchObject({ reason: 'LinkMac' })
})

test('a frame of another pairing is refused', () => {
  const { bytes } = end('llcs').seal({ kind: 'heartbeat', at: now }, linkExpiry(now))
  const stranger = end('station', counting(), crypto.sha256(utf8('other')))
  expect(stranger.open(bytes, now)).toMatchObject({ reason: 'LinkMac' })
})

const arm: LinkMessage = { kind: 'arm', preCommand: toBase64(Uint8Array.of(0xdf, 0x09)) }
const lifetime = limits.linkMessageLifetimeMillis

test('an arm is of now, by both clocks, or refused with a name', () => {
  const reasonAt = (by: number): string | undefined => {
    const { bytes } = end('llcs').seal(arm, linkExpiry(now))
    const opened = end('station').open(bytes, instant(now + by))
    return opened.ok ? undefined : opened.reason
  }
  expect([-lifetime, 0, lifetime - 1].map(reasonAt)).toEqual([undefined, undefined, undefined])
  expect(reasonAt(lifetime)).toBe('LinkExpired')
  expect(reasonAt(-lifetime - 1)).toBe('LinkClockSkew')
})

test.each(messages)(
  'whatever the clocks say, $kind is opened only where it moves nothing',
  (message) => {
    const movesNothing = ['time', 'heartbeat', 'ownerKeys', 'ack'].includes(message.kind)
    for (const by of [-86_400_000, 86_400_000]) {
      const { bytes, counter } = end('llcs').seal(message, linkExpiry(now))
      const opened = end('station').open(bytes, instant(now + by))
      expect(opened.ok).toBe(movesNothing)
      // Its maker can be told why.
      if (!opened.ok) expect(opened.counter).toBe(counter)
    }
  },
)

test('an arm that was held back opens nothing later: not late, not again, and not after the clocks were compared', () => {
  const llcs = end('llcs')
  const station = end('station')
  const taken = llcs.seal(arm, linkExpiry(now))
  const heldBack = llcs.seal(arm, linkExpiry(now))
  const time = llcs.seal({ kind: 'time', at: now }, linkExpiry(now))
  expect(station.open(taken.bytes, now).ok).toBe(true)
  const later = instant(now + lifetime)
  expect(station.open(heldBack.bytes, later)).toMatchObject({ reason: 'LinkExpired' })
  // Its counter is used up, so that a clock that goes back does not make it good again.
  expect(station.open(heldBack.bytes, now)).toMatchObject({ reason: 'LinkReplayed' })
  expect(station.open(time.bytes, later).ok).toBe(true)
  for (const { bytes } of [taken, heldBack, time])
    expect(station.open(bytes, now)).toMatchObject({ reason: 'LinkReplayed' })
})

test('any flipped bit breaks the seal and uses no counter', () => {
  const { bytes } = end('llcs').seal({ kind: 'time', at: now }, linkExpiry(now))
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(7), (index, bit) => {
      const damaged = Uint8Array.from(bytes)
      damaged[index] = (damaged[index] ?? 0) ^ (1 << bit)
      const counters = counting()
      expect(end('station', counters).open(damaged, now)).toMatchObject({ reason: 'LinkMac' })
      expect(counters.kept).toEqual([])
    }),
  )
})

/** A frame with a right MAC and any content, as only the paired side could make. */
function framed(body: string, version = 1, sender = 1): Uint8Array {
  const sending = crypto.hmacSha256(key, utf8('interlock-link llcs'))
  const head = Uint8Array.of(version, sender)
  const content = concat(head, u64(5n), u64(BigInt(linkExpiry(now))), utf8(body))
  return concat(content, crypto.hmacSha256(sending, content))
}

test.each([
  '',
  'null',
  '{}',
  '{"kind":"toString"}',
  '{"kind":7}',
  '{"kind":"time"}',
  '{"kind":"time","at":1.5}',
  '{"kind":"time","at":-1}',
  '{"kind":"time","at":1,"more":2}',
  '{"kind":"time","at":1,"at":2}',
  '{"kind":"arm","preCommand":"%"}',
  '{"kind":"used","digest":"x","change":"change"}',
  `{"kind":"used","digest":"${digest}","change":"other"}`,
  `{"kind":"respond","digest":"${digest}","hertz":101,"measuredAt":1,"until":2}`,
  '{"kind":"ack","to":"0"}',
  '{"kind":"ack","to":"1","reason":"a b"}',
  '{"kind":"ack","to":"1","reason?":"a"}',
  '{"kind":"ownerKeys","keys":"x"}',
  '{"kind":"ownerKeys","keys":["%"]}',
  `{"kind":"ownerKeys","keys":[${'"",'.repeat(limits.ownerKeysMax)}""]}`,
])('a frame saying %s is malformed, and its counter used', (body) => {
  const counters = counting()
  const opened = end('station', counters).open(framed(body), now)
  expect(opened).toMatchObject({ ok: false, reason: 'LinkMalformed' })
  expect(counters.kept).toEqual([5n])
})

test('another version or sender is malformed', () => {
  const body = '{"kind":"time","at":1}'
  expect(end('station').open(framed(body), now).ok).toBe(true)
  for (const bytes of [framed(body, 2), framed(body, 1, 2)])
    expect(end('station').open(bytes, now)).toMatchObject({ reason: 'LinkMalformed' })
})

test('a frame too short or too long is malformed before anything is computed', () => {
  for (const length of [0, 49, limits.linkFrameBytesMax + 1])
    expect(end('station').open(new Uint8Array(length), now)).toMatchObject({
      reason: 'LinkMalformed',
      detail: `${length} bytes`,
    })
  expect(end('station').open(new Uint8Array(50), now)).toMatchObject({ reason: 'LinkMac' })
})

test('a message too large for a frame is a bug of the sender', () => {
  const preCommand = toBase64(new Uint8Array(limits.linkFrameBytesMax))
  expect(() => end('llcs').seal({ kind: 'arm', preCommand }, linkExpiry(now))).toThrow('fits')
})

test('a key of another length is a bug', () => {
  expect(() => end('llcs', counting(), new Uint8Array(16))).toThrow('32 bytes')
})
