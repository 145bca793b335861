import { limits, type Topic } from '@interlock/contract'
import { millis, ok, plus, toBase64Url, type Instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { at, csms, dso, keyserver, party, readerOf, tools, topicOf } from '../data/data.fixture.ts'
import type { Author } from '../data/head.ts'
import { admit, dismiss, emptyGroup, keyKeptMillis, turn, type Group } from './group.ts'
import { createKeyServer } from './key-server.ts'
import { emptyKeyring, forgetEnded, openingKey, takeGrant, type Keyring } from './keyring.ts'

const topic: Topic = topicOf('consumption')
const memberOf = (of: Author) => ({
  ...readerOf(of),
  eui: of.eui,
  role: of.role,
  organisation: of.eui,
})
const everyone = { isTrusted: () => true, holds: () => true }
const supplier = party('supplier')
const second = millis(1_000)
/** Here nobody opens what is sealed, five hundred times over: the keyring is given what is inside. */
const { key: once } = dso
const quick = {
  ...tools,
  crypto: {
    ...tools.crypto,
    ephemeralKey: () => once,
    agree: () => new Uint8Array(32),
    sign: () => new Uint8Array(64),
  },
}

/** A topic of an author and a supplier, with the keyring of the supplier, who is away or behind. */
function world() {
  let now: Instant = at(0)
  let group: Group = emptyGroup(topic)
  let ring: Keyring = emptyKeyring
  const epochs = new Set<number>()
  function turned(next: Group): void {
    now = plus(now, second)
    group = turn(next, now, keyserver, quick).group
    if (epochs.has(group.epoch.epoch)) return
    epochs.add(group.epoch.epoch)
    const { epoch, key } = group.epoch
    const grant = { epoch, key: toBase64Url(key), ended: [...group.ended] }
    ring = forgetEnded(takeGrant(ring, grant), keyKeptMillis(topic))
  }
  const join = (who: Author): boolean => {
    const admitted = admit(group, memberOf(who), everyone, now)
    if (admitted.ok) turned(admitted.value)
    return admitted.ok
  }
  for (const each of [csms, supplier]) join(each)
  const said = { epoch: group.epoch.epoch, at: now }
  return {
    join,
    leave: (who: Author) => turned(dismiss(group, who.thumbprint)),
    /** The end of the first epoch is all that is asked about here: five hundred each time take their time. */
    unpaced: () => void (group = { ...group, joins: {}, ended: group.ended.slice(0, 1) }),
    epochs,
    /** Whether the supplier opens what was said before all that. */
    opens: () => openingKey(ring, said.epoch, said.at, 'groupSigned') !== undefined,
  }
}

test('attack: who joins and leaves without end does not take from others what they have not read yet', () => {
  const paced = world()
  let joined = 0
  for (let times = 0; times < 300; times++) {
    if (!paced.join(dso)) continue
    joined++
    paced.leave(dso)
  }
  expect(joined).toBe(limits.joinsAtOnceMax)
  // The two that are there, and each time one with and one without it.
  expect(paced.epochs.size).toBe(2 + 2 * joined)
  expect(paced.opens()).toBe(true)

  // Without the pace the same drives the key out.
  const unpaced = world()
  for (let times = 0; times < limits.epochsHeldMax / 2; times++) {
    unpaced.unpaced()
    expect(unpaced.join(dso)).toBe(true)
    unpaced.leave(dso)
  }
  expect(unpaced.opens()).toBe(false)
})

test('too many joins are refused by name and write nothing; who is in already is told so; leaving is at once', async () => {
  const groups: Group[] = []
  const server = createKeyServer([], keyserver, tools, {
    clock: { now: () => at(0), after: () => ({ cancel: () => {} }) },
    admission: everyone,
    groupsMax: { all: 9, ofOrganisation: 9 },
    save: (group) => Promise.resolve(void groups.push(group)),
    publish: () => Promise.resolve(),
    onFault: (_topic, cause) => expect.fail(String(cause)),
  })
  const holders = () => groups.at(-1)?.holders.map(({ thumbprint }) => thumbprint)
  await server.join(topic, memberOf(csms))
  for (let times = 0; times < limits.joinsAtOnceMax; times++) {
    expect(await server.join(topic, memberOf(dso))).toEqual(ok(true))
    expect(await server.join(topic, memberOf(dso))).toEqual(ok(false))
    expect(await server.leave(topic, dso.thumbprint)).toBe(true)
    expect(holders()).toEqual([csms.thumbprint])
  }
  const { length } = groups
  // Another certificate of the same organisation is no way round.
  for (const thumbprint of [dso.thumbprint, 'another'])
    expect(await server.join(topic, { ...memberOf(dso), thumbprint })).toMatchObject({
      reason: 'JoinTooOften',
    })
  expect(groups).toHaveLength(length)
  expect(await server.join(topic, memberOf(supplier))).toEqual(ok(true))
  await server.close()
})

test('six organisations at their pace, for as long as anything is kept, fill no keyring', () => {
  const kept = keyKeptMillis(topic)
  const joins = limits.joinsAtOnceMax + Math.floor(kept / limits.joinAgainMillis)
  const aged = Math.ceil(kept / limits.epochMillisMax)
  expect(6 * 2 * joins + aged).toBeLessThanOrEqual(limits.epochsHeldMax)
})

test('of an epoch that ended for so long that nothing of it is kept, the key is forgotten', () => {
  const kept = 10_000
  const until = (epoch: number, end: number) => ({ epoch, until: at(end) })
  const key = (byte: number) => toBase64Url(new Uint8Array(32).fill(byte))
  const ends = [until(1, 40), until(2, 49), until(3, 60)]
  const ring = [
    { epoch: 1, key: key(1), ended: [] },
    { epoch: 2, key: key(2), ended: [] },
    { epoch: 3, key: key(3), ended: ends.slice(0, 2) },
  ].reduce(takeGrant, emptyKeyring)
  // Nothing is older than what the ends that are known leave.
  expect(forgetEnded(ring, kept)).toBe(ring)
  const later = takeGrant(ring, { epoch: 4, key: key(4), ended: ends })
  expect(forgetEnded(later, kept).held.map(({ epoch }) => epoch)).toEqual([3, 4])
  // Of which no end was told, it stays, up to the number that is held.
  const untold = takeGrant(emptyKeyring, { epoch: 0, key: key(9), ended: [] })
  const after = [{ epoch: 4, key: key(4), ended: ends }].reduce(takeGrant, untold)
  expect(forgetEnded(after, kept).held.map(({ epoch }) => epoch)).toEqual([0, 4])
})
