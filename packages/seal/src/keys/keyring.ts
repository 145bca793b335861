import {
  limits,
  type EpochGrant,
  type EpochLease,
  type EpochStanding,
  type Protection,
  type SealRefusal,
} from '@interlock/contract'
import { fromBase64Url, instant, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import type { EpochKey } from '../data/head.ts'

type Held = EpochKey & {
  /** The end of the last lease under it that this member has seen. */
  readonly until: Instant
}

/** The keys of one group topic that a member was given, newest last; plain data. */
export type Keyring = {
  readonly held: readonly Held[]
  /** The newest epoch that the key server has spoken of, with a key of it or not. */
  readonly newest: number
  /** What the key server has said of the end of earlier epochs, with the word of `endedBefore`. */
  readonly ended: readonly EpochLease[]
  readonly endedBefore: number
}

export const emptyKeyring: Keyring = { held: [], newest: 0, ended: [], endedBefore: 0 }

const keyBytes = 32
const noLease = instant(0)

/**
 * Takes a key that the key server has sealed for this member (topic kind `epoch`). With it come the ends of
 * earlier epochs: a member that was away while one ended opens what was said in time, by the keys it was given.
 */
export function takeGrant(ring: Keyring, { epoch, key, ended: told }: EpochGrant): Keyring {
  const bytes = fromBase64Url(key)
  const isNew = ring.held.every((each) => each.epoch !== epoch)
  if (bytes?.length !== keyBytes || !isNew) return ring
  const held = [...ring.held, { epoch, key: bytes, until: noLease }]
    .toSorted((one, other) => one.epoch - other.epoch)
    .slice(-limits.epochsHeldMax)
  return withEnds({ ...ring, held }, epoch, told)
}

/**
 * Without the keys of epochs that ended for so long that nothing said under them is kept anywhere, as the newest word
 * of the key server tells the time. `epochsHeldMax` holds where it has not said when one ended.
 * @param keptMillis how long what is said is kept, and its key
 */
export function forgetEnded(ring: Keyring, keptMillis: number): Keyring {
  const newest = Math.max(...ring.held.map(({ until }) => until))
  const isOver = ({ until }: Held): boolean => until !== noLease && until < newest - keptMillis
  return ring.held.some(isOver)
    ? { ...ring, held: ring.held.filter((each) => !isOver(each)) }
    : ring
}

/** Takes what the key server has answered itself: no carrier can withhold that. */
export const takeStanding = (ring: Keyring, { epoch, until, ended }: EpochStanding): Keyring =>
  takeLease(withEnds(ring, epoch, ended), { epoch, until })

/** The ends of the epochs before `epoch`, as far as nothing later was told already. */
function withEnds(ring: Keyring, epoch: number, told: readonly EpochLease[]): Keyring {
  const isNews = epoch > ring.endedBefore
  const ended = isNews ? told : ring.ended
  const ends = new Map(ended.map((each) => [each.epoch, each]))
  return {
    held: ring.held.map((each) => {
      const end = ends.get(each.epoch)
      return end === undefined ? each : prolonged(each, end)
    }),
    newest: Math.max(ring.newest, epoch),
    ended,
    endedBefore: isNews ? epoch : ring.endedBefore,
  }
}

/** Takes a lease that the key server has signed (topic kind `lease`). */
export const takeLease = (ring: Keyring, lease: EpochLease): Keyring => ({
  ...ring,
  held: ring.held.map((each) => (each.epoch === lease.epoch ? prolonged(each, lease) : each)),
  newest: Math.max(ring.newest, lease.epoch),
})

const prolonged = (held: Held, { until }: EpochLease): Held => ({
  ...held,
  until: instant(Math.max(held.until, until)),
})

const newestHeld = ({ held }: Keyring): number => held.at(-1)?.epoch ?? 0

const heldOf = ({ held }: Keyring, epoch: number): Held | undefined =>
  held.find((each) => each.epoch === epoch)
const hasEnded = ({ ended }: Keyring, epoch: number): boolean =>
  ended.some((each) => each.epoch === epoch)

/**
 * Whether a key of that epoch may still come, or word of when the epoch ended: of the newest, or of any while the
 * newest has not come, for a member is given them in their order.
 */
export const awaitsKey = (ring: Keyring, epoch: number): boolean =>
  (heldOf(ring, epoch) === undefined || !hasEnded(ring, epoch)) &&
  (epoch >= ring.newest || newestHeld(ring) < ring.newest)

/** Whether nothing that came from the key server speaks of so late an epoch: as yet it is a claim of its author's. */
export const isAhead = ({ newest }: Keyring, epoch: number): boolean => epoch > newest

/**
 * Whether nothing says yet if that epoch, whose key is held, was in force at `at`: no lease that has come is of so
 * late, and no end of it is known.
 */
export function lacksLease(ring: Keyring, epoch: number, at: Instant): boolean {
  const held = heldOf(ring, epoch)
  return held !== undefined && at > held.until && !hasEnded(ring, epoch)
}

/**
 * What to publish under. A member that hears of no new lease stops: else a carrier that withholds
 * the new key would let whoever was dismissed read on.
 */
export function publishingKey(ring: Keyring, now: Instant): Outcome<EpochKey, SealRefusal> {
  const last = ring.held.at(-1)
  if (last === undefined) return refused('SealEpochUnknown')
  if (last.epoch < ring.newest) return refused('LeaseExpired', `epoch ${ring.newest} has begun`)
  return last.until > now ? ok(last) : refused('LeaseExpired')
}

/**
 * The key of what was sealed at `at`, for an epoch that was then in force: what is said under an
 * earlier one after its last lease is not from whoever had the right to it. Under a MAC that holds of the newest epoch
 * that is known as well: a carrier that withholds what came after it, and a dismissed member, would write as anybody.
 * An author's signature nobody else can give.
 */
export function openingKey(
  ring: Keyring,
  epoch: number,
  at: Instant,
  protection: Protection,
): EpochKey | undefined {
  const held = heldOf(ring, epoch)
  if (held === undefined) return undefined
  const mustBeLeased = protection === 'groupMac' || epoch < ring.newest
  return mustBeLeased && at > held.until ? undefined : held
}
