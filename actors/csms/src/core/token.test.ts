import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { tokenInfo, type Token } from './token.ts'

const now = instant(Date.UTC(2026, 0, 5, 18))
const token: Token = { idToken: 'ABC', type: 'ISO14443', status: 'Accepted' }
const here = { stationId: 'CS-1', evseId: 1, now, othersRunning: 0 }
const statusOf = (change: Partial<Token>, at = {}) =>
  tokenInfo({ ...token, ...change }, { ...here, ...at }).status

test('a known token is accepted, with its group, its cache and its words', () => {
  const told = tokenInfo(
    {
      ...token,
      groupId: 'G',
      cacheExpiresAt: '2026-01-06T00:00:00Z',
      language: 'en',
      message: '30p',
    },
    here,
  )
  expect(told).toEqual({
    status: 'Accepted',
    groupIdToken: { idToken: 'G', type: 'Central' },
    cacheExpiryDateTime: '2026-01-06T00:00:00Z',
    language1: 'en',
    personalMessage: { format: 'UTF8', content: '30p', language: 'en' },
  })
})

test('every reason against a token has its own status', () => {
  expect(tokenInfo(undefined, here)).toEqual({ status: 'Unknown' })
  for (const status of ['Blocked', 'Invalid', 'NoCredit', 'NotAtThisTime'] as const)
    expect(statusOf({ status })).toBe(status)
  expect(statusOf({ expiresAt: '2026-01-05T17:59:59Z' })).toBe('Expired')
  expect(statusOf({ stations: ['CS-2'] })).toBe('NotAtThisLocation')
  expect(statusOf({ evseIds: [2] })).toBe('NotAllowedTypeEVSE')
  expect(statusOf({}, { othersRunning: 1 })).toBe('ConcurrentTx')
  expect(statusOf({ concurrent: true }, { othersRunning: 1 })).toBe('Accepted')
})
