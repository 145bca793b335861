import { position } from '@interlock/bus'
import { limits, type EpochStanding, type Topic } from '@interlock/contract'
import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { eui64, Fault, instant, ok, toBase64Url, type Instant } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { sealData, type EpochKey } from '@interlock/seal'
import { expect, test } from 'vitest'
import { createKeyrings } from './keyrings.ts'
import {
  leaseAskedMillis,
  leaseAsker,
  leaseAwayMillis,
  vainClaimsMax,
  vainClaimsMillis,
} from './leases.ts'
import { openProgress } from './progress.ts'
import { receive, type Finding } from './receive.ts'

const at = (seconds: number): Instant => instant(1_800_000_000_000 + 1_000 * seconds)
const until = (seconds: number): number => at(seconds) + limits.leaseMillis
const load: Topic = { region: 'eastern', feeder: 'f1', kind: 'load', id: 'one' }
const eui = eui64('02-00-00-00-00-02-00-01')
const csms = { eui, role: 'csms', thumbprint: 'csms'.padEnd(43, 'A') } as const
const own = crypto.ephemeralKey()
const epoch1: EpochKey = { epoch: 1, key: entropy.bytes(32) }

/**
 * A reader that has begun anew at `now`: the middleware has brought it the key of the first epoch, and no lease.
 * @param standing what the key server answers; without it the key server is away
 */
function anew(now: Instant, standing?: EpochStanding, control: 'on' | 'off' | 'unasked' = 'on') {
  let time = now
  const clock = { now: () => time }
  const keyrings = createKeyrings()
  const granted = { epoch: 1, key: toBase64Url(epoch1.key), ended: [] }
  keyrings.take({ ...load, kind: 'epoch', id: 'load.one' }, granted)
  let asked = 0
  const standingOf = () => {
    asked++
    return standing === undefined
      ? Promise.reject(new Fault('PeerUnavailable', 'the key server'))
      : Promise.resolve(ok(standing))
  }
  const peer = { ...csms, organisation: eui, publicKey: own.publicKey } as unknown as Peer
  const receiver = {
    thumbprint: 'dso'.padEnd(43, 'A'),
    key: own,
    directory: { learn: () => Promise.resolve(peer), peerOf: () => peer },
    keyrings: control !== 'off' ? keyrings : { ...keyrings, opening: () => epoch1 },
    askLease:
      control === 'unasked'
        ? () => Promise.resolve(false)
        : leaseAsker({ standingOf }, keyrings, clock),
    clock,
    crypto,
  }
  const found: Finding['reason'][] = []
  return {
    found,
    asked: () => asked,
    later: (millis: number) => void (time = instant(time + millis)),
    /** Whether it takes what was written under the first epoch's key, as sealed then, of the epoch it claims. */
    async takes(
      sealedAt: Instant,
      sequence = 1,
      { epoch = 1, hears = (): boolean => true } = {},
    ): Promise<boolean> {
      const data = { topic: load, sequence, at: sealedAt, expiresAt: instant(sealedAt + 600_000) }
      const payload = { at: sealedAt, watts: 999_999, chargers: 1 }
      // Whoever has the key of the epoch can write this, as any author: no signature is asked for.
      const author = { ...csms, key: crypto.ephemeralKey() }
      const message = sealData(
        { ...data, payload },
        author,
        { epoch: { ...epoch1, epoch } },
        { crypto, entropy },
      )
      const carried = { topic: load, position: position(sequence), message }
      const rules = { begins: 'first', hears } as const
      const received = await receive(carried, receiver, openProgress(), rules, ({ reason }) =>
        found.push(reason),
      )
      return received !== undefined
    },
  }
}

test('a dismissed member and a middleware that withholds what came after forge no load', async () => {
  const dismissed: EpochStanding = {
    epoch: 2,
    until: until(100),
    ended: [{ epoch: 1, until: until(30) }],
  }
  const reader = anew(at(120), dismissed)
  expect(await reader.takes(at(119))).toBe(false)
  expect(reader.found).toEqual(['SealEpochUnknown'])
  const trusting = anew(at(120), dismissed, 'off')
  expect(await trusting.takes(at(119))).toBe(true)
  expect(trusting.found).toEqual([])
  // What was said in time is taken, also where no lease was brought.
  expect(await reader.takes(at(30), 2)).toBe(true)
  // Nor does it get by where the key server leases another epoch of which nothing is known to have ended.
  const untold = anew(at(120), { ...dismissed, ended: [] })
  await expect(untold.takes(at(119))).rejects.toMatchObject({ code: 'SealEpochUnknown' })
})

test('a load that no lease has come for is taken when the key server says that its epoch goes on', async () => {
  const reader = anew(at(120), { epoch: 1, until: until(110), ended: [] })
  expect(await reader.takes(at(119))).toBe(true)
  expect(await reader.takes(at(120), 2)).toBe(true)
  expect(reader.asked()).toBe(1)
})

test('a load is held, neither taken nor refused, while the key server is away', async () => {
  const reader = anew(at(120))
  const asks = (): Promise<unknown> =>
    expect(reader.takes(at(119))).rejects.toMatchObject({ code: 'LeaseUnknown' })
  await asks()
  await asks()
  expect([reader.found, reader.asked()]).toEqual([[], 1])
  reader.later(leaseAwayMillis)
  await asks()
  expect(reader.asked()).toBe(2)
})

test('a middleware cannot make a reader ask the key server at each message', async () => {
  const reader = anew(at(120), { epoch: 1, until: until(0), ended: [] })
  for (let sequence = 1; sequence <= 4; sequence++)
    await reader.takes(at(119), sequence).catch(() => {})
  expect(reader.asked()).toBe(1)
  expect(leaseAskedMillis).toBeLessThan(limits.leaseMillis - limits.leaseRenewMillis)
})

test('who is not heard on a topic is not taken there, with whatever key and lease', async () => {
  const reader = anew(at(120), { epoch: 1, until: until(110), ended: [] })
  expect(await reader.takes(at(119), 1, { hears: () => false })).toBe(false)
  expect(reader.found).toEqual(['SealForbidden'])
  expect(await reader.takes(at(119), 1)).toBe(true)
})

const farAhead = 9_000_000_000_000
const present: EpochStanding = {
  epoch: 2,
  until: until(110),
  ended: [{ epoch: 1, until: until(0) }],
}
const waits = { code: 'SealEpochUnknown' }

test('an author that claims an epoch which nobody has begun holds up no reader', async () => {
  const reader = anew(at(120), present)
  for (let sequence = 1; sequence <= 5; sequence++)
    expect(await reader.takes(at(120), sequence, { epoch: farAhead })).toBe(false)
  expect(reader.found).toEqual(Array.from({ length: 5 }, () => 'SealEpochUnknown'))
  // What one reading waits for, everybody waits for that it reads.
  const trusting = anew(at(120), present, 'unasked')
  await expect(trusting.takes(at(120), 1, { epoch: farAhead })).rejects.toMatchObject(waits)
})

test('the key of an epoch that has begun is waited for, however often others were claimed', async () => {
  const reader = anew(at(120), present)
  for (let sequence = 1; sequence < vainClaimsMax; sequence++)
    await reader.takes(at(120), sequence, { epoch: farAhead })
  await expect(reader.takes(at(120), vainClaimsMax, { epoch: 2 })).rejects.toMatchObject(waits)
  expect(reader.found).toHaveLength(vainClaimsMax - 1)
})

test.each([
  ['answers', present],
  ['is away', undefined],
])('claims of one topic cost so many questions when the key server %s', async (_what, standing) => {
  const reader = anew(at(120), standing)
  const claim = (sequence: number) =>
    reader.takes(at(120), sequence, { epoch: farAhead }).catch(() => {})
  for (let sequence = 1; sequence <= 3 * vainClaimsMax; sequence++) await claim(sequence)
  expect(reader.asked()).toBe(vainClaimsMax)
  reader.later(vainClaimsMillis)
  await claim(100)
  expect(reader.asked()).toBe(vainClaimsMax + 1)
})

test('while the key server is away an epoch of which nothing is known is waited for, and not for ever', async () => {
  const reader = anew(at(120))
  // Each attempt of a delivery asks; after the last it is a dead letter, and others go on.
  for (let attempt = 1; attempt <= vainClaimsMax; attempt++)
    await expect(reader.takes(at(120), 1, { epoch: 2 })).rejects.toMatchObject(waits)
  expect(vainClaimsMax).toBeGreaterThan(limits.deliveryAttemptsMax)
  expect(await reader.takes(at(120), 2, { epoch: 2 })).toBe(false)
})
