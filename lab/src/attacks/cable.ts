import type { LinkMessage } from '@interlock/contract'
import { createPacketReader, packet } from '@interlock/host'
import {
  assert,
  concat,
  fromUtf8,
  millis,
  plus,
  toBase64,
  u64,
  utf8,
  type Crypto,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import {
  createLinkCodec,
  createLinkSession,
  derivePairingKey,
  linkExpiry,
  type LinkCounters,
} from '@interlock/seal'

/**
 * ATK-14 on the serial cable between LLCS and charger: the attacker holds the wire, reads all that is said, and speaks
 * its packets as well as either end.
 */

/** What a charger asks of a frame before it believes it; each may be left out, to see what it stops. */
export const cableControls = ['mac', 'direction', 'counter', 'expiry', 'code', 'nonces'] as const
export type CableControl = (typeof cableControls)[number]

const installCode = 'install code of this home'
const guessedCode = 'install code, as one might guess'
const arm: LinkMessage = { kind: 'arm', preCommand: toBase64(utf8('as the owner has signed it')) }
const macBytes = 32

export type CableWorld = { readonly crypto: Crypto; readonly now: Instant }

/** Both ends of one pairing, and what the charger makes of bytes on the wire. */
function pairing(
  { crypto, now }: CableWorld,
  without: CableControl | undefined,
  options: { readonly number?: number; readonly code?: string } = {},
) {
  const { number = 1, code = installCode } = options
  const nonce = new Uint8Array(16).fill(without === 'nonces' ? 0 : number)
  const keyOf = (known: string): Uint8Array => derivePairingKey(known, nonce, nonce, crypto)
  // What pairs without a code pairs with whoever comes.
  const theirs = keyOf(without === 'code' ? code : installCode)
  const blind: Crypto = { ...crypto, hmacSha256: () => new Uint8Array(macBytes) }
  const own = without === 'mac' ? blind : crypto
  const conversation = own.hmacSha256(theirs, utf8('interlock-link llcs asks'))
  const charger = createLinkCodec({
    key: without === 'mac' ? new Uint8Array(32) : conversation,
    side: without === 'direction' ? 'llcs' : 'station',
    crypto: own,
    counters: countersOf(without === 'counter'),
  })
  return {
    llcs: createLinkSession({ key: keyOf(code), side: 'llcs', crypto }).asking,
    /** The charger's own frames of that conversation: its acknowledgements. */
    answers: createLinkSession({ key: keyOf(code), side: 'station', crypto }).answering,
    hear: (bytes: Uint8Array, lateMillis = 0): Outcome<LinkMessage, string> => {
      const [carried] = createPacketReader(bytes.length).push(packet(bytes))
      assert(carried !== undefined, 'the wire carries whatever it is given')
      const at = plus(now, millis(without === 'expiry' ? 0 : lateMillis))
      const opened = charger.open(carried, at)
      return opened.ok ? { ok: true, value: opened.value.message } : opened
    },
  }
}

function countersOf(forgets: boolean): LinkCounters {
  let [sent, received] = [0n, 0n]
  return {
    next: () => (sent += 1n),
    lastReceived: () => (forgets ? 0n : received),
    received: (counter) => (received = counter),
  }
}

export type CableAttempt = {
  readonly name: string
  /** What stops it. */
  readonly control: CableControl
  readonly reason: string
  /** What the charger makes of the last frame. */
  readonly run: (world: CableWorld, without?: CableControl) => Outcome<LinkMessage, string>
}

/** What the two say to each other goes through. */
export function genuine(world: CableWorld): Outcome<LinkMessage, string> {
  const { llcs, hear } = pairing(world, undefined)
  return hear(llcs.seal(arm, linkExpiry(world.now)).bytes)
}

export const cableAttempts: readonly CableAttempt[] = [
  {
    name: 'a frame of the attacker’s own making, under a MAC of zeros',
    control: 'mac',
    reason: 'LinkMac',
    run(world, without) {
      const head = concat(Uint8Array.of(1, 1), u64(1n), u64(BigInt(linkExpiry(world.now))))
      const frame = concat(head, utf8(JSON.stringify(arm)), new Uint8Array(macBytes))
      return pairing(world, without).hear(frame)
    },
  },
  {
    name: 'an arm of the LLCS with one letter of it changed',
    control: 'mac',
    reason: 'LinkMac',
    run(world, without) {
      const { llcs, hear } = pairing(world, without)
      const { bytes } = llcs.seal(arm, linkExpiry(world.now))
      const said = fromUtf8(bytes.subarray(18, -macBytes)).replace('YXM', 'YXN')
      return hear(concat(bytes.subarray(0, 18), utf8(said), new Uint8Array(macBytes)))
    },
  },
  {
    name: 'an arm of whoever paired with a guessed code',
    control: 'code',
    reason: 'LinkMac',
    run(world, without) {
      const { llcs, hear } = pairing(world, without, { code: guessedCode })
      return hear(llcs.seal(arm, linkExpiry(world.now)).bytes)
    },
  },
  {
    name: 'what the charger itself has said, sent back to it',
    control: 'direction',
    reason: 'LinkMac',
    run(world, without) {
      const { answers, hear } = pairing(world, without)
      return hear(answers.seal({ kind: 'ack', to: '1' }, linkExpiry(world.now)).bytes)
    },
  },
  {
    name: 'an arm that was heard, said again',
    control: 'counter',
    reason: 'LinkReplayed',
    run(world, without) {
      const { llcs, hear } = pairing(world, without)
      const { bytes } = llcs.seal(arm, linkExpiry(world.now))
      assert(hear(bytes).ok, 'it is heard')
      return hear(bytes)
    },
  },
  {
    name: 'an arm held back until its time has passed',
    control: 'expiry',
    reason: 'LinkExpired',
    run(world, without) {
      const { llcs, hear } = pairing(world, without)
      return hear(llcs.seal(arm, linkExpiry(world.now)).bytes, 10_000)
    },
  },
  {
    name: 'an arm of the link before, on the link after a cut',
    control: 'nonces',
    reason: 'LinkMac',
    run(world, without) {
      const before = pairing(world, without, { number: 1 })
      const { bytes } = before.llcs.seal(arm, linkExpiry(world.now))
      return pairing(world, without, { number: 2 }).hear(bytes)
    },
  },
]
