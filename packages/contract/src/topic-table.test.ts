import { profileNames, profileRow } from '@interlock/pki'
import { isRole, type Role } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { limits } from './limits.ts'
import { joinRefusals, sealRefusals } from './seal-refusals.ts'
import {
  fitsTopic,
  groundOf,
  isGroup,
  isReadBy,
  mayPublish,
  sealedTopic,
  topicTable,
} from './topic-table.ts'
import { companionTopic, parseTopic, topicKinds, topicName, type Topic } from './topics.ts'

const sealedKinds = topicKinds.filter((kind) => sealedTopic(kind) !== undefined)
const rolesOf = (kind: (typeof topicKinds)[number]): string[] => [
  ...topicTable[kind].publishers,
  ...Object.keys(sealedTopic(kind)?.readers ?? {}),
]
/** Whether every certificate that a role may have agrees keys, so that something can be sealed to it. */
const agreesKeys = (role: Role): boolean =>
  profileNames
    .map(profileRow)
    .filter(
      (row) => row.hierarchy === 'charging' && row.roles.includes(role) && row.key === 'P-256',
    )
    .every((row) => row.keyUsage.includes('keyAgreement'))

test('every kind of topic has its publishers, and what is sealed has readers and a purpose', () => {
  expect(Object.keys(topicTable)).toEqual([...topicKinds])
  for (const kind of topicKinds) {
    expect(topicTable[kind].publishers.length, kind).toBeGreaterThan(0)
    expect(rolesOf(kind).every(isRole), kind).toBe(true)
  }
  for (const kind of sealedKinds) {
    expect(Object.keys(sealedTopic(kind)?.readers ?? {}), kind).not.toHaveLength(0)
    expect(sealedTopic(kind)?.purpose, kind).toMatch(/^[a-z][A-Za-z]+$/)
  }
})

test('whoever reads, or belongs to a group, has a certificate that something can be sealed to', () => {
  for (const kind of sealedKinds) {
    const row = sealedTopic(kind)
    const isOpen = row?.protection === 'signed'
    const readers = isOpen ? [] : Object.keys(row?.readers ?? {}).filter(isRole)
    for (const role of readers) expect(agreesKeys(role), `${role} reads ${kind}`).toBe(true)
    if (row !== undefined && isGroup(row.protection))
      for (const role of row.publishers) expect(agreesKeys(role), `${role} ${kind}`).toBe(true)
  }
  expect(agreesKeys('station')).toBe(false)
})

test('every member of a group may read its keys and its lease', () => {
  for (const kind of sealedKinds.filter((each) =>
    isGroup(sealedTopic(each)?.protection ?? 'signed'),
  ))
    for (const role of rolesOf(kind).filter(isRole))
      for (const companion of ['epoch', 'lease'] as const)
        expect(groundOf(role, companion), `${role} ${kind}`).toBe('contract')
})

test('a key is kept as long as anything that may be said under it', () => {
  const groups = sealedKinds.filter((each) => isGroup(sealedTopic(each)?.protection ?? 'signed'))
  expect(groups.length).toBeGreaterThan(2)
  for (const kind of groups)
    expect(topicTable.epoch.retentionMillis, kind).toBeGreaterThanOrEqual(
      (sealedTopic(kind)?.retentionMillis ?? Infinity) + limits.epochMillisMax,
    )
})

test('nobody but the key server publishes keys, and it publishes nothing else', () => {
  expect(topicKinds.filter((kind) => mayPublish('keyserver', kind))).toEqual(['epoch', 'lease'])
  expect(topicTable.epoch.publishers).toEqual(['keyserver'])
})

test('what is said of one home is read on its consent, or on a contract for billing', () => {
  expect(groundOf('dso', 'consumption')).toBe('halfHourly')
  expect(groundOf('dso', 'halfHour')).toBe('halfHourly')
  expect(groundOf('dso', 'reading')).toBeUndefined()
  expect(groundOf('emsp', 'halfHour')).toBeUndefined()
  expect(groundOf('emsp', 'reading')).toBe('contract')
  expect(groundOf('emsp', 'consumption')).toBeUndefined()
  expect(groundOf('csms', 'state')).toBeUndefined()
})

test('what was charged by the cards of one provider is for that provider, and for nobody where the id names none', () => {
  const reading = (id: string): Topic => ({ region: 'eastern', feeder: 'f1', kind: 'reading', id })
  expect(isReadBy('provider', reading('station.provider'))).toBe(true)
  expect(isReadBy('rival', reading('station.provider'))).toBe(false)
  expect(isReadBy('provider', reading('station'))).toBe(false)
  expect(isReadBy('anybody', { ...reading('station'), kind: 'halfHour' })).toBe(true)
})

test('the keys of a topic have topics of their own', () => {
  const topic = { region: 'eastern', feeder: 'f1', kind: 'load', id: 'one' } as const
  const companion = companionTopic(topic, 'epoch')
  expect(topicName(companion)).toBe('ev/eastern/f1/epoch/load.one')
  expect(parseTopic(topicName(companion))).toEqual(companion)
})

test('a payload is of its topic or it is none', () => {
  expect(fitsTopic('load', { at: 1, watts: -3.5, chargers: 2 })).toBe(true)
  expect(fitsTopic('load', { at: 1, watts: 1, chargers: 2, home: 'x' })).toBe(false)
  expect(fitsTopic('state', {})).toBe(false)
})

test('one renewal of a lease may be lost, and a withdrawn consent ends within a minute', () => {
  expect(limits.leaseRenewMillis * 2).toBeLessThan(limits.leaseMillis)
  expect(limits.leaseRenewMillis + limits.leaseMillis).toBeLessThanOrEqual(60_000)
})

test('every reason has words of its own', () => {
  const words: readonly string[] = [sealRefusals, joinRefusals].flatMap(Object.values)
  expect(new Set(words).size).toBe(words.length)
  for (const each of words) expect(each).toMatch(/^[a-z].*[^.]$/)
})
