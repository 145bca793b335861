import { limits } from '@interlock/contract'
import { roles, toBase64Url } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  at,
  csms,
  dso,
  emsp,
  keyserver,
  openerOf,
  otherCsms,
  party,
  readerOf,
  tools,
  topicOf,
} from '../data/data.fixture.ts'
import type { Author } from '../data/head.ts'
import { openSealed } from '../data/open.ts'
import { admit, dismiss, emptyGroup, review, turn, type Admission, type Member } from './group.ts'

const load = topicOf('load')
const consumption = topicOf('consumption')
const supplier = party('supplier')
const everyone: Admission = { isTrusted: () => true, holds: () => true }
const nobody: Admission = {
  isTrusted: () => true,
  holds: (_member, _topic, ground) => ground === 'author',
}

const memberOf = (of: Author): Member => ({
  ...readerOf(of),
  eui: of.eui,
  role: of.role,
  organisation: of.eui,
})
function groupWith(...members: readonly Author[]) {
  return members.reduce((group, each) => {
    const admitted = admit(group, memberOf(each), everyone, at(0))
    if (!admitted.ok) throw new Error(admitted.reason)
    return admitted.value
  }, emptyGroup(load))
}
const turned = (group: ReturnType<typeof groupWith>, seconds: number) =>
  turn(group, at(seconds), keyserver, tools)
const open = (of: Author, { topic, message }: ReturnType<typeof turned>['published'][number]) =>
  openSealed(message, topic, openerOf(of), at(0), tools.crypto)

test('a member is given the key by its certificate; nobody else can open that', () => {
  const { group, published } = turned(groupWith(csms, dso), 0)
  const [grant, lease] = published
  expect(published.map(({ topic }) => `${topic.kind} ${topic.id}`)).toEqual([
    'epoch load.one',
    'lease load.one',
  ])
  if (grant === undefined || lease === undefined) throw new Error('nothing published')
  const key = toBase64Url(group.epoch.key)
  for (const member of [csms, dso])
    expect(open(member, grant)).toMatchObject({ ok: true, value: { payload: { epoch: 1, key } } })
  expect(open(otherCsms, grant)).toMatchObject({ reason: 'SealNotForUs' })
  expect(open(csms, lease)).toMatchObject({
    ok: true,
    value: { payload: { epoch: 1, until: at(0) + limits.leaseMillis } },
  })
  expect(JSON.stringify(published)).not.toContain(key)
})

test('whoever comes or goes ends the epoch: the next key is another, and not for who left', () => {
  const first = turned(groupWith(csms, dso), 0).group
  const joined = turned({ ...first, members: groupWith(csms, dso, otherCsms).members }, 1)
  expect(joined.group.epoch.epoch).toBe(2)
  const left = turned(dismiss(joined.group, dso.thumbprint), 2)
  expect(left.group.epoch.epoch).toBe(3)
  expect(left.group.epoch.key).not.toEqual(joined.group.epoch.key)
  const [grant] = left.published
  expect(grant && open(dso, grant)).toMatchObject({ reason: 'SealNotForUs' })
  expect(grant && open(otherCsms, grant)).toMatchObject({ ok: true })
})

test('it is known from which epoch on a member has had the keys, since it came', () => {
  const first = turned(groupWith(csms, dso), 0).group
  const joined = turned({ ...first, members: groupWith(csms, dso, otherCsms).members }, 1).group
  expect(joined.from).toEqual({
    [csms.thumbprint]: 1,
    [dso.thumbprint]: 1,
    [otherCsms.thumbprint]: 2,
  })
  const left = turned(dismiss(joined, dso.thumbprint), 2).group
  expect(left.from).toEqual({ [csms.thumbprint]: 1, [otherCsms.thumbprint]: 2 })
  const back = turned({ ...left, members: groupWith(csms, dso).members }, 3).group
  expect(back.from).toEqual({ [csms.thumbprint]: 1, [dso.thumbprint]: 4 })
})

test('between changes only the lease is renewed, in time, until the key is old', () => {
  const { group } = turned(groupWith(csms, dso), 0)
  expect(turned(group, 14).published).toEqual([])
  expect(turned(group, 14).group).toBe(group)
  const renewed = turned(group, 15)
  expect(renewed.published.map(({ topic }) => topic.kind)).toEqual(['lease'])
  expect(renewed.group.said).toEqual({ epoch: 1, lease: 2 })
  const old = turned(renewed.group, limits.epochMillisMax / 1000)
  expect(old.published.map(({ topic }) => topic.kind)).toEqual(['epoch', 'lease'])
  expect(old.group.said).toEqual({ epoch: 2, lease: 3 })
})

test('each key comes with the ends of earlier epochs, as far back as anything of them is kept', () => {
  const first = turned(groupWith(csms, dso), 0).group
  const second = turned(dismiss(first, dso.thumbprint), 5)
  const ends = (...leased: number[]) =>
    leased.map((seconds, i) => ({ epoch: i + 1, until: at(seconds) + limits.leaseMillis }))
  const [grant] = second.published
  expect(grant && open(csms, grant)).toMatchObject({ value: { payload: { ended: ends(0) } } })
  const third = turned({ ...second.group, members: first.members }, 7).group
  expect(third.ended).toEqual(ends(0, 5))
  let group = third
  for (let i = 0; i < limits.epochsHeldMax + 3; i++)
    group = turned({ ...group, holders: [] }, 8).group
  expect(group.ended).toHaveLength(limits.epochsHeldMax)
  const dayLater = turned({ ...group, holders: [] }, 2 * 24 * 3_600).group
  expect(dayLater.ended).toEqual([])
})

test('who was away opens what the middleware still has: a key is kept as long as what was said under it', () => {
  const day = 24 * 3_600
  const epoch = limits.epochMillisMax / 1000
  const keyOf = (topic: typeof load) => {
    const group = { ...emptyGroup(topic), members: groupWith(csms, dso).members }
    const [grant] = turned(group, 0).published
    if (grant === undefined) throw new Error('no key')
    return (seconds: number) =>
      openSealed(grant.message, grant.topic, openerOf(dso), at(seconds), tools.crypto).ok
  }
  const [ofConsumption, ofLoad] = [keyOf(consumption), keyOf(load)]
  // Two days away, and at the last moment of what was said as the epoch ended.
  for (const seconds of [2 * day, 7 * day + epoch]) expect(ofConsumption(seconds)).toBe(true)
  expect(ofConsumption(7 * day + epoch + 1)).toBe(false)
  // A topic that is kept for a day has no use of a key for a week.
  expect(ofLoad(day + epoch)).toBe(true)
  expect(ofLoad(2 * day)).toBe(false)
})

test('a topic that everyone has left says nothing, and begins anew with another key', () => {
  const { group } = turned(groupWith(csms), 0)
  const empty = turned(dismiss(group, csms.thumbprint), 1)
  expect(empty.published).toEqual([])
  const again = turned({ ...empty.group, members: group.members }, 2)
  expect(again.group.epoch.epoch).toBe(2)
})

test('a publisher of that role, but of no contract for that topic, is given no key', () => {
  const elsewhere: Admission = { isTrusted: () => true, holds: (who) => who.eui === csms.eui }
  expect(admit(emptyGroup(load), memberOf(csms), elsewhere, at(0)).ok).toBe(true)
  const rival = admit(emptyGroup(load), memberOf(otherCsms), elsewhere, at(0))
  expect(rival).toMatchObject({ ok: false, reason: 'JoinNoGround' })
})

test('a review drops who is no longer trusted, or on whose ground it read no longer holds', () => {
  const group = groupWith(csms, dso)
  expect(review(group, everyone).members).toHaveLength(2)
  // A publisher reads on no consent: it knows what it says.
  expect(review(group, nobody).members.map(({ role }) => role)).toEqual(['csms'])
  const revoked = { ...everyone, isTrusted: (of: string) => of !== csms.thumbprint }
  expect(review(group, revoked).members.map(({ role }) => role)).toEqual(['dso'])
})

test.each([
  ['a topic of named readers', topicOf('reading'), emsp, everyone, 'JoinNoGroup'],
  ['a topic that stays in its process', topicOf('state'), csms, everyone, 'JoinNoGroup'],
  ['a topic its role has no part in', load, emsp, everyone, 'JoinForbidden'],
  ['a topic without the consent it takes', consumption, supplier, nobody, 'JoinNoGround'],
  [
    'a topic with a certificate not trusted',
    load,
    dso,
    { ...everyone, isTrusted: () => false },
    'JoinUntrusted',
  ],
] as const)('nobody is admitted to %s', (_words, topic, who, admission, reason) => {
  expect(admit(emptyGroup(topic), memberOf(who), admission, at(0))).toMatchObject({
    ok: false,
    reason,
  })
})

test('what an operator is allotted is for that operator: another is given no key, whatever it was granted', () => {
  const own = { ...topicOf('capacity'), id: csms.eui }
  expect(admit(emptyGroup(own), memberOf(csms), everyone, at(0)).ok).toBe(true)
  expect(admit(emptyGroup(own), memberOf(otherCsms), everyone, at(0))).toMatchObject({
    ok: false,
    reason: 'JoinNoGround',
  })
  // The control: a kind whose id names nobody is open to whoever was granted it.
  expect(admit(emptyGroup(load), memberOf(dso), everyone, at(0)).ok).toBe(true)
})

test('what the person consented to is asked by its name', () => {
  const asked: string[] = []
  const admission = {
    ...everyone,
    holds: (...[, , ground]: Parameters<Admission['holds']>) => asked.push(ground) > 0,
  }
  admit(emptyGroup(consumption), memberOf(supplier), admission, at(0))
  admit(emptyGroup(consumption), memberOf(party('dsrsp')), admission, at(0))
  admit(emptyGroup(load), memberOf(dso), admission, at(0))
  expect(asked).toEqual(['halfHourly', 'dsr', 'contract'])
})

test('every role is admitted to a topic that it publishes or reads, and to no other', () => {
  const admitted = roles.filter(
    (role) => admit(emptyGroup(consumption), { ...memberOf(csms), role }, everyone, at(0)).ok,
  )
  expect(admitted).toEqual(['csms', 'dsrsp', 'supplier', 'dso'])
})

test('a group has an end', () => {
  const many = Array.from({ length: limits.groupMembersMax }, (_, i) => ({
    ...memberOf(dso),
    thumbprint: `${i}`,
  }))
  const full = { ...emptyGroup(load), members: many }
  expect(admit(full, memberOf(dso), everyone, at(0))).toMatchObject({ reason: 'JoinFull' })
  expect(admit(full, { ...memberOf(dso), thumbprint: '7' }, everyone, at(0)).ok).toBe(true)
})
