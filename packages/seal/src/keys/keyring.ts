import { limits, type EpochGrant, type EpochLease, type SealRefusal } from '@interlock/contract'
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
  /** What the key server has said of the end of earlier epochs. */
  readonly ended: readonly EpochLease[]
}

export const emptyKeyring: Keyring = { held: [], newest: 0, ended: [] }

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
  const ended = epoch > newestHeld(ring) ? told : ring.ended
  const held = [...ring.held, { epoch, key: bytes, until: noLease }]
    .toSorted((one, other) => one.epoch - other.epoch)
    .slice(-limits.epochsHeldMax)
    .map((each) => ended.filter((end) => end.epoch === each.epoch).reduce(prolonged, each))
  return { held, newest: Math.max(ring.newest, epoch), ended }
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

/**
 * Whether a key of that epoch may still come: of the newest, or of any while the newest has not come, for
 * a member is given them in their order.
 */
export const awaitsKey = (ring: Keyring, epoch: number): boolean =>
  epoch >= ring.newest || newestHeld(ring) < ring.newest

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
 * earlier one after its last lease is not from whoever had the right to it.
 */
export function openingKey(ring: Keyring, epoch: number, at: Instant): EpochKey | undefined {
  const held = ring.held.find((each) => each.epoch === epoch)
  if (held === undefined) return undefined
  return epoch < ring.newest && at > held.until ? undefined : held
}
