import { position } from '@interlock/bus'
import { limits, type EpochStanding, type Topic } from '@interlock/contract'
import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import { eui64, Fault, instant, ok, toBase64Url, type Instant } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { sealData, type EpochKey } from '@interlock/seal'
import { expect, test } from 'vitest'
import { createKeyrings } from './keyrings.ts'
import { leaseAskedMillis, leaseAsker } from './leases.ts'
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
function anew(now: Instant, standing?: EpochStanding, control: 'on' | 'off' = 'on') {
  const clock = { now: () => now }
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
    keyrings: control === 'on' ? keyrings : { ...keyrings, opening: () => epoch1 },
    askLease: leaseAsker({ standingOf }, keyrings, clock),
    clock,
    crypto,
  }
  const found: Finding['reason'][] = []
  return {
    found,
    asked: () => asked,
    /** Whether it takes what was written under the first epoch's key, as sealed then. */
    async takes(sealedAt: Instant, sequence = 1, hears = () => true): Promise<boolean> {
      const data = { topic: load, sequence, at: sealedAt, expiresAt: instant(sealedAt + 600_000) }
      const payload = { at: sealedAt, watts: 999_999, chargers: 1 }
      // Whoever has the key of the epoch can write this, as any author: no signature is asked for.
      const author = { ...csms, key: crypto.ephemeralKey() }
      const message = sealData({ ...data, payload }, author, { epoch: epoch1 }, { crypto, entropy })
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
  await expect(reader.takes(at(119))).rejects.toMatchObject({ code: 'PeerUnavailable' })
  expect(reader.found).toEqual([])
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
  expect(await reader.takes(at(119), 1, () => false)).toBe(false)
  expect(reader.found).toEqual(['SealForbidden'])
  expect(await reader.takes(at(119), 1)).toBe(true)
})
