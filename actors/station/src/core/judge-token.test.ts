import { inSeconds, instant, plus, toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { cacheEntriesMax, hear, recallToken, use } from './auth-cache.ts'
import { judgeToken, type Known, type TokenRules } from './judge-token.ts'
import { listed, noList, updated } from './local-list.ts'
import { isMasterPass, sameToken, type Token, type TokenStatus } from './token.ts'

const now = instant(Date.UTC(2026, 0, 5))
const card: Token = { idToken: 'CARD-1', type: 'ISO14443' }
const rules: TokenRules = {
  preAuthorize: true,
  authorizeOffline: true,
  unknownOffline: false,
  askNobody: false,
  cacheEnabled: true,
  cacheSeconds: 60,
  cacheFinal: false,
  listEnabled: true,
  listFinal: false,
}
const cacheOf = (status: TokenStatus, token = card) => hear([], token, { status }, now)
const listOf = (status: TokenStatus) => ({
  version: 1,
  entries: [{ token: card, info: { status } }],
})
const nothing: Known = { cache: [], list: noList }
const cached = (status: TokenStatus): Known => ({ ...nothing, cache: cacheOf(status) })
const onList = (status: TokenStatus): Known => ({ ...nothing, list: listOf(status) })
const off = (change: Partial<TokenRules>): TokenRules => ({ ...rules, ...change })

test.each([
  ['an unknown token is asked for', nothing, rules, true, 'ask'],
  ['a cached token is allowed at once (C12.FR.02)', cached('Accepted'), rules, true, 'allow'],
  [
    'without LocalPreAuthorize it is asked for',
    cached('Accepted'),
    off({ preAuthorize: false }),
    true,
    'ask',
  ],
  [
    'with the cache disabled it is asked for',
    cached('Accepted'),
    off({ cacheEnabled: false }),
    true,
    'ask',
  ],
  ['a cached refusal gets a second opinion (C12.FR.05)', cached('Expired'), rules, true, 'ask'],
  ['unless none is wanted', cached('Invalid'), off({ cacheFinal: true }), true, 'refuse'],
  ['a listed token is allowed at once (C14.FR.02)', onList('Accepted'), rules, true, 'allow'],
  ['a listed refusal gets a second opinion (C14.FR.03)', onList('Blocked'), rules, true, 'ask'],
  ['unless none is wanted', onList('Blocked'), off({ listFinal: true }), true, 'refuse'],
  [
    'nobody is asked where remote authorisation is disabled',
    nothing,
    off({ askNobody: true }),
    true,
    'refuse',
  ],
  [
    'offline a listed token is allowed (C13.FR.02, C13.FR.03)',
    onList('Accepted'),
    rules,
    false,
    'allow',
  ],
  ['offline a listed refusal counts (C13.FR.02)', onList('Expired'), rules, false, 'refuse'],
  ['offline a cached token is allowed', cached('Accepted'), rules, false, 'allow'],
  [
    'offline nothing local counts without LocalAuthorizeOffline',
    cached('Accepted'),
    off({ authorizeOffline: false }),
    false,
    'refuse',
  ],
  ['offline an unknown token is refused', nothing, rules, false, 'refuse'],
  [
    'or allowed where the operator takes the risk (C15.FR.08)',
    nothing,
    off({ unknownOffline: true }),
    false,
    'allow',
  ],
  [
    'a known bad token never is',
    cached('Invalid'),
    off({ unknownOffline: true, authorizeOffline: false }),
    false,
    'refuse',
  ],
] as const)('%s', (_title, known, given, online, kind) => {
  expect(judgeToken(card, known, given, online, now).kind).toBe(kind)
})

test('the list goes before the cache, whatever each says (C13.FR.01)', () => {
  const both = { cache: cacheOf('Accepted'), list: listOf('Invalid') }
  expect(judgeToken(card, both, rules, false, now).kind).toBe('refuse')
  const turned = { cache: cacheOf('Invalid'), list: listOf('Accepted') }
  expect(judgeToken(card, turned, rules, false, now)).toMatchObject({ kind: 'allow', by: 'list' })
})

test('what the cache knows ends with its life, or with the date the CSMS gave (C10.FR.08, C10.FR.13)', () => {
  const cache = cacheOf('Accepted')
  const later = plus(now, inSeconds(60))
  expect(recallToken(cache, card, 61, later)?.status).toBe('Accepted')
  expect(recallToken(cache, card, 60, later)).toBeUndefined()
  expect(recallToken(cache, card, 0, plus(now, inSeconds(1e6)))?.status).toBe('Accepted')
  const dated = hear([], card, { status: 'Accepted', cacheExpiryDateTime: toIso(later) }, now)
  expect(recallToken(dated, card, 1, plus(now, inSeconds(59)))?.status).toBe('Accepted')
  expect(recallToken(dated, card, 1_000, later)).toBeUndefined()
})

test('the last word of the CSMS on a token replaces the one before (C10.FR.04)', () => {
  const cache = hear(
    cacheOf('Accepted'),
    { ...card, idToken: 'card-1' },
    { status: 'Blocked' },
    now,
  )
  expect(cache).toHaveLength(1)
  expect(recallToken(cache, card, 60, now)?.status).toBe('Blocked')
})

test('a full cache forgets what was longest not used (C10.FR.07)', () => {
  let cache = hear([], card, { status: 'Accepted' }, now)
  for (let n = 1; n <= cacheEntriesMax; n++) {
    cache = use(cache, card, plus(now, inSeconds(n)))
    cache = hear(
      cache,
      { idToken: `T${n}`, type: 'Central' },
      { status: 'Accepted' },
      plus(now, inSeconds(n)),
    )
  }
  expect(cache).toHaveLength(cacheEntriesMax)
  expect(cache.some((each) => each.token.idToken === 'T1')).toBe(false)
  expect(cache.some((each) => sameToken(each.token, card))).toBe(true)
})

const entry = (idToken: string, status?: TokenStatus) => ({
  idToken: { idToken, type: 'ISO14443' as const },
  ...(status === undefined ? {} : { idTokenInfo: { status } }),
})
const full = updated(
  noList,
  {
    updateType: 'Full',
    versionNumber: 4,
    localAuthorizationList: [entry('A', 'Accepted'), entry('B', 'Blocked')],
  },
  3,
)

test('a full list takes the place of the one before (D01.FR.15)', () => {
  expect(full).toMatchObject({ status: 'Accepted', list: { version: 4 } })
  expect(full.list.entries).toHaveLength(2)
  const empty = updated(full.list, { updateType: 'Full', versionNumber: 2 }, 3)
  expect(empty).toEqual({ status: 'Accepted', list: { version: 2, entries: [] } })
})

test('a differential update adds, changes and takes out (D01.FR.16, D01.FR.17)', () => {
  const next = updated(
    full.list,
    {
      updateType: 'Differential',
      versionNumber: 5,
      localAuthorizationList: [entry('b', 'Accepted'), entry('A'), entry('C', 'Expired')],
    },
    3,
  )
  expect(next.status).toBe('Accepted')
  expect(next.list.entries.map(({ token, info }) => [token.idToken, info.status])).toEqual([
    ['b', 'Accepted'],
    ['C', 'Expired'],
  ])
})

test.each([
  [
    'a differential update that is not newer (D01.FR.19)',
    { updateType: 'Differential', versionNumber: 4 },
    'VersionMismatch',
  ],
  [
    'version 0, which means no list (D01.FR.18)',
    { updateType: 'Full', versionNumber: 0 },
    'Failed',
  ],
  [
    'a token named twice',
    {
      updateType: 'Full',
      versionNumber: 9,
      localAuthorizationList: [entry('A', 'Accepted'), entry('a', 'Invalid')],
    },
    'Failed',
  ],
  [
    'a full list with a token it says nothing of',
    { updateType: 'Full', versionNumber: 9, localAuthorizationList: [entry('A')] },
    'Failed',
  ],
  [
    'more tokens than there is room for',
    {
      updateType: 'Differential',
      versionNumber: 9,
      localAuthorizationList: [entry('C', 'Accepted'), entry('D', 'Accepted')],
    },
    'Failed',
  ],
] as const)('%s changes nothing', (_title, request, status) => {
  const result = updated(full.list, request as unknown as Parameters<typeof updated>[1], 3)
  expect(result).toMatchObject({ status, list: full.list })
})

test('a listed token that has run out is expired', () => {
  const info = { status: 'Accepted' as const, cacheExpiryDateTime: toIso(now) }
  const list = { version: 1, entries: [{ token: card, info }] }
  expect(listed(list, card, now)?.status).toBe('Expired')
})

test('the master pass is a group, and an empty one is none', () => {
  const info = {
    status: 'Accepted' as const,
    groupIdToken: { idToken: 'M', type: 'Central' as const },
  }
  expect(isMasterPass(info, 'm')).toBe(true)
  expect(isMasterPass(info, '')).toBe(false)
  expect(isMasterPass({ status: 'Accepted' }, '')).toBe(false)
})
