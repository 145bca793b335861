import { limits, topicName, type Ground } from '@interlock/contract'
import {
  instant,
  millis,
  ok,
  plus,
  toBase64Url,
  type Clock,
  type Instant,
  type Millis,
  type Outcome,
} from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  at,
  authorOf,
  dso,
  csms,
  keyserver,
  openerOf,
  otherCsms,
  party,
  readerOf,
  tools,
  topicOf,
} from '../data/data.fixture.ts'
import { follow, followFrom } from '../data/follow.ts'
import type { Author, EpochKey } from '../data/head.ts'
import { openSealed } from '../data/open.ts'
import { sealData } from '../data/seal.ts'
import { admit, emptyGroup, turn, type Group, type Member, type Published } from './group.ts'
import { createKeyServer, type KeyServer, type KeyServerPorts } from './key-server.ts'
import { emptyKeyring, publishingKey, takeGrant, takeLease, type Keyring } from './keyring.ts'

const topic = topicOf('consumption')
const groupsMax = { all: 10, ofOrganisation: 10 }
const supplier = party('supplier')
const memberOf = (of: Author): Member => ({
  ...readerOf(of),
  eui: of.eui,
  role: of.role,
  organisation: of.eui,
})
const everyone = (thumbprint: string) =>
  authorOf(thumbprint) ?? {
    eui: supplier.eui,
    role: 'supplier' as const,
    publicKey: supplier.key.publicKey,
  }

/** A clock that is moved by hand; what was due is awaited. */
function handClock() {
  let now: Instant = at(0)
  const due: { at: Instant; work: () => void | Promise<void> }[] = []
  const clock: Clock = {
    now: () => now,
    after(delay, _label, work) {
      const timer = { at: plus(now, delay), work }
      due.push(timer)
      return { cancel: () => void due.splice(due.indexOf(timer), 1) }
    },
  }
  async function pass(by: Millis): Promise<void> {
    const end = plus(now, by)
    for (;;) {
      const next = due.toSorted((one, other) => one.at - other.at)[0]
      if (next === undefined || next.at > end) break
      due.splice(due.indexOf(next), 1)
      now = next.at
      await next.work()
    }
    now = end
  }
  return { clock, pass }
}

/** A key server, a carrier that may withhold what it likes, and members with their keyrings. */
function world(change: Partial<KeyServerPorts> = {}) {
  const hand = handClock()
  const consents = new Set<Ground | 'author'>(['halfHourly', 'dsr', 'contract', 'author'])
  const revoked = new Set<string>()
  const rings = new Map<Author, Keyring>()
  const saved: Group[] = []
  const published: Published[] = []
  const faults: unknown[] = []
  let withholds = (_of: Published, _from: Author): boolean => false
  const deliver = (each: Published): Promise<void> => {
    published.push(each)
    for (const who of [csms, dso, supplier]) {
      if (withholds(each, who)) continue
      const opened = openSealed(
        each.message,
        each.topic,
        openerOf(who, { authorOf: everyone }),
        hand.clock.now(),
        tools.crypto,
      )
      if (!opened.ok) continue
      const take = each.topic.kind === 'epoch' ? takeGrant : takeLease
      rings.set(who, take(rings.get(who) ?? emptyKeyring, opened.value.payload as never))
    }
    return Promise.resolve()
  }
  const server: KeyServer = createKeyServer([], keyserver, tools, {
    clock: hand.clock,
    admission: {
      isTrusted: (thumbprint) => !revoked.has(thumbprint),
      holds: (_member, _topic, ground) => consents.has(ground),
    },
    groupsMax,
    save: (group) => Promise.resolve(void saved.push(group)),
    publish: deliver,
    onFault: (_topic, cause) => void faults.push(cause),
    ...change,
  })
  let sequence = 0
  /** The CSMS says something; whether it may, and who of the others can read it with all it ever had. */
  function say(heedsLease = true): Outcome<readonly Author[], string> {
    const now = hand.clock.now()
    const ring = rings.get(csms) ?? emptyKeyring
    const last = ring.held.at(-1)
    const key = heedsLease || last === undefined ? publishingKey(ring, now) : ok(last)
    if (!key.ok) return key
    const payload = { from: instant(0), wattHours: [1] }
    const data = { topic, payload, sequence: ++sequence, at: now, expiresAt: plus(now, millis(1)) }
    const message = sealData(data, csms, { epoch: key.value }, tools)
    const reads = [dso, supplier].filter((who) => {
      const { held } = rings.get(who) ?? emptyKeyring
      const opener = openerOf(who, {
        epochKey: (_topic, epoch) => held.find((each) => each.epoch === epoch),
      })
      return openSealed(message, topic, opener, now, tools.crypto).ok
    })
    return ok(reads)
  }
  const join = (...who: readonly Author[]) =>
    Promise.all(who.map((each) => server.join(topic, memberOf(each))))
  const withhold = (rule: typeof withholds): void => void (withholds = rule)
  return { ...hand, server, consents, revoked, saved, published, faults, say, join, withhold }
}

test('who has joined reads; joins of one moment share one key', async () => {
  const { join, say, saved, server } = world()
  const outcomes = await join(csms, dso, supplier)
  expect(outcomes.every((outcome) => outcome.ok)).toBe(true)
  expect(say()).toEqual(ok([dso, supplier]))
  expect(saved.at(-1)?.epoch.epoch).toBe(at(0))
  await server.leave(topic, dso.thumbprint)
  expect(say()).toEqual(ok([supplier]))
  await server.close()
})

test('a withdrawn consent ends reading at once, when the key server is told', async () => {
  const { join, say, consents, server } = world()
  await join(csms, dso, supplier)
  consents.delete('halfHourly')
  expect(say()).toEqual(ok([dso, supplier]))
  await server.reviewAll()
  expect(say()).toEqual(ok([]))
  expect(await server.join(topic, memberOf(supplier))).toMatchObject({ reason: 'JoinNoGround' })
  await server.close()
})

test('when nobody tells it, it asks: reading has ended at the next renewal', async () => {
  const { join, say, revoked, pass, server } = world()
  await join(csms, dso, supplier)
  revoked.add(supplier.thumbprint)
  await pass(millis(limits.leaseRenewMillis))
  expect(say()).toEqual(ok([dso]))
  await server.close()
})

test('a carrier that withholds new keys from the author gives the dismissed no minute more', async () => {
  const { join, say, consents, pass, withhold, server } = world()
  await join(csms, dso, supplier)
  // The renewal has just been; from now on the author hears nothing.
  await pass(millis(limits.leaseRenewMillis))
  consents.delete('halfHourly')
  withhold((_each, who) => who === csms)
  const second = millis(1_000)
  let readFor = 0
  for (; readFor < 120; readFor++) {
    const said = say()
    if (!said.ok || !said.value.includes(supplier)) break
    await pass(second)
  }
  expect(readFor).toBeGreaterThan(0)
  expect(readFor).toBeLessThanOrEqual(60)
  expect(say()).toMatchObject({ reason: 'LeaseExpired' })
  // Without the lease it would: the author knows of no other key, and the dismissed has that one.
  expect(say(false)).toEqual(ok([dso, supplier]))
  withhold(() => false)
  await pass(millis(limits.leaseRenewMillis))
  await join(otherCsms)
  expect(say()).toEqual(ok([]))
  await server.close()
})

test('the author goes on under a key for as long as its lease is renewed', async () => {
  const { join, say, pass, published, server } = world()
  await join(csms, dso)
  for (let i = 0; i < 10; i++) {
    await pass(millis(30_000))
    expect(say()).toEqual(ok([dso]))
  }
  expect(published.filter((each) => each.topic.kind === 'epoch')).toHaveLength(1)
  await server.close()
})

test('refused joins and leaves of who is no member write nothing, however many names they have', async () => {
  const { join, say, revoked, saved, published, pass, server } = world()
  await join(csms, dso)
  const before = { saved: saved.length, published: published.length }
  revoked.add(supplier.thumbprint)
  const stranger = memberOf(supplier)
  const reasons = new Set<string>()
  for (let i = 0; i < 3_000; i++) {
    const named = { ...topic, id: `name-${i}` }
    const joined = await server.join(named, stranger)
    reasons.add(joined.ok ? 'joined' : joined.reason)
    expect(await server.leave(named, stranger.thumbprint)).toBe(false)
  }
  expect([...reasons]).toEqual(['JoinUntrusted'])
  expect(await server.leave(topic, stranger.thumbprint)).toBe(false)
  await server.reviewAll()
  // Who is in already asks again.
  await join(dso)
  expect({ saved: saved.length, published: published.length }).toEqual(before)
  await pass(millis(limits.leaseRenewMillis))
  expect(saved.slice(before.saved).map((group) => group.topic)).toEqual([topic])
  revoked.delete(supplier.thumbprint)
  expect(await join(supplier)).toMatchObject([{ ok: true }])
  expect(say()).toEqual(ok([dso, supplier]))
  expect(await server.leave(topic, supplier.thumbprint)).toBe(true)
  await server.close()
})

test('who leaves while its join waits is out, and a join while another is made is taken along', async () => {
  const { join, say, server } = world()
  const [, [dsoJoined], left] = await Promise.all([
    join(csms),
    join(dso),
    server.leave(topic, dso.thumbprint),
  ])
  expect(dsoJoined).toMatchObject({ ok: true })
  expect(left).toBe(true)
  expect(say()).toEqual(ok([]))
  await join(dso)
  expect(say()).toEqual(ok([dso]))
  await server.close()
})

test('an organisation begins so many groups, and the key server has so many; what there is goes on', async () => {
  const { server, saved } = world({ groupsMax: { all: 3, ofOrganisation: 2 } })
  const joins = async (who: Author, id: string) => {
    const joined = await server.join({ ...topic, id }, memberOf(who))
    return joined.ok ? 'joined' : joined.reason
  }
  expect([await joins(csms, 'a'), await joins(csms, 'b')]).toEqual(['joined', 'joined'])
  const written = saved.length
  expect(await joins(csms, 'c')).toBe('JoinFull')
  expect(saved).toHaveLength(written)
  expect(await joins(dso, 'c')).toBe('joined')
  expect(await joins(supplier, 'd')).toBe('JoinFull')
  expect(await joins(csms, 'c')).toBe('joined')
  await server.close()
})

test('what a full disk did not take is written when there is room, also where nobody is left', async () => {
  let full = false
  const written: number[] = []
  const { server, pass } = world({
    save: ({ members }) =>
      full
        ? Promise.reject(new Error('disk full'))
        : Promise.resolve(void written.push(members.length)),
    publish: () => Promise.resolve(),
  })
  await server.join(topic, memberOf(csms))
  full = true
  await server.leave(topic, csms.thumbprint)
  full = false
  await pass(millis(limits.leaseRenewMillis))
  await pass(millis(limits.leaseRenewMillis))
  expect(written).toEqual([1, 0])
  await server.close()
})

test('nothing is published that is not written down; the next renewal tries again', async () => {
  let full = true
  const faults: unknown[] = []
  const published: string[] = []
  const { server, pass } = world({
    save: () => (full ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    publish: (each) => Promise.resolve(void published.push(topicName(each.topic))),
    onFault: (_topic, cause) => void faults.push(cause),
  })
  await server.join(topic, memberOf(csms))
  expect(published).toEqual([])
  expect(faults).toHaveLength(1)
  full = false
  await pass(millis(limits.leaseRenewMillis))
  expect(published.map((name) => name.split('/')[3])).toEqual(['epoch', 'lease'])
  await server.close()
})

test('a key that could not be published is followed by another that everyone gets', async () => {
  const epochs: number[] = []
  let isDown = true
  const { server, pass, saved } = world({
    publish: () => (isDown ? Promise.reject(new Error('broker gone')) : Promise.resolve()),
    onFault: () => {},
  })
  await server.join(topic, memberOf(csms))
  isDown = false
  await pass(millis(limits.leaseRenewMillis))
  epochs.push(...saved.map(({ epoch }) => epoch.epoch))
  expect(epochs).toEqual([at(0), at(0) + 1])
  await server.close()
})

test('after a stop everyone is given a new key, and sequences go on', async () => {
  const before = world()
  await before.join(csms, dso)
  await before.server.close()
  const kept = before.saved.at(-1)
  if (kept === undefined) throw new Error('nothing kept')
  const { clock, pass } = handClock()
  const saved: Group[] = []
  const server = createKeyServer([kept], keyserver, tools, {
    clock,
    admission: { isTrusted: () => true, holds: () => true },
    groupsMax,
    save: (group) => Promise.resolve(void saved.push(group)),
    publish: () => Promise.resolve(),
    onFault: (_topic, cause) => expect.fail(String(cause)),
  })
  await server.reviewAll()
  expect(saved.at(-1)?.epoch.epoch).toBe(kept.epoch.epoch + 1)
  expect(saved.at(-1)?.said).toEqual({ epoch: kept.said.epoch + 1, lease: kept.said.lease + 1 })
  await pass(millis(0))
  await server.close()
})

test('a key server that has lost what it kept, or has an old copy of it, gives keys that members take', async () => {
  const { join, saved, server } = world()
  await join(csms, dso)
  const old = saved.at(-1)
  await server.leave(topic, dso.thumbprint)
  await join(dso)
  await server.close()
  const last = saved.at(-1)
  if (old === undefined || last === undefined) throw new Error('nothing kept')
  const heard = followFrom(last.said.epoch, at(0))
  const ring: Keyring = { ...emptyKeyring, newest: last.epoch.epoch }
  const later = at(600)
  for (const kept of [[], [old]]) {
    const anew: Group[] = []
    const restarted = createKeyServer(kept, keyserver, tools, {
      clock: { now: () => later, after: () => ({ cancel: () => {} }) },
      admission: { isTrusted: () => true, holds: () => true },
      groupsMax,
      save: (group) => Promise.resolve(void anew.push(group)),
      publish: () => Promise.resolve(),
      onFault: (_topic, cause) => expect.fail(String(cause)),
    })
    await restarted.join(topic, memberOf(csms))
    await restarted.close()
    const { epoch, said } = anew.at(-1) ?? last
    expect(follow(heard, { seq: said.epoch, iat: later }).ok).toBe(true)
    expect(publishingKey(given(ring, epoch), later).ok).toBe(true)
    // Had it gone on from what it has: the members' keyrings know of a later epoch, and none may publish.
    const [from = emptyGroup(topic)] = kept
    const joined = admit(
      from,
      memberOf(supplier),
      { isTrusted: () => true, holds: () => true },
      at(0),
    )
    if (!joined.ok) throw new Error(joined.reason)
    const naive = turn(joined.value, later, keyserver, tools).group
    expect(follow(heard, { seq: naive.said.epoch, iat: later })).toMatchObject({
      reason: 'SealReused',
    })
    expect(publishingKey(given(ring, naive.epoch), later).ok).toBe(false)
  }
})

/** The keyring with that key, under a lease that runs. */
const given = (ring: Keyring, { epoch, key }: EpochKey): Keyring =>
  takeLease(takeGrant(ring, { epoch, key: toBase64Url(key), ended: [] }), {
    epoch,
    until: plus(at(600), millis(limits.leaseMillis)),
  })
