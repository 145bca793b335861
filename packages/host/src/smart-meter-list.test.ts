import { Fault, inHours, inSeconds } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import type { HttpClient } from './http-client.ts'
import { organisation, testIdentities } from './identities.fixture.ts'
import { silentLog } from './log.ts'
import { nodeCrypto as crypto } from './node-crypto.ts'
import { smartMeterList } from './smart-meter-list.ts'
import { systemClock } from './system-clock.ts'

const identities = testIdentities()
const { chainPem } = identities.identity('smartMeter', organisation('user', 'supplier', 2))
test('the newest list of the authority counts, whatever the data company brings after it', async () => {
  const wall = testClock(systemClock.now())
  const brought: (string | Error)[] = [
    new Fault('PeerUnavailable', 'gone'),
    identities.crl(['0a'], 1, 'smartMeter'),
    identities.crl(['0a', '0b'], 2, 'smartMeter'),
    identities.crl(['0a'], 1, 'smartMeter'),
    testIdentities().crl([], 3, 'smartMeter'),
    new TypeError('a bug'),
    identities.crl(['0c'], 4, 'smartMeter'),
  ]
  const asked: string[] = []
  const http = {
    async request(method: string, url: string) {
      asked.push(`${method} ${url}`)
      const body = brought.shift()
      if (body instanceof Error) throw body
      return { status: 200, body }
    },
  } as unknown as HttpClient
  const deps = { wall, crypto, log: silentLog }
  const list = smartMeterList({ http, url: 'https://dcc', chainPem, deps })
  const named = () => ['0a', '0b', '0c'].filter((each) => list.revoked(each))
  await list.start()
  expect([named(), list.list()]).toEqual([[], undefined])
  const seen: string[][] = []
  await wall.advance(inSeconds(2))
  seen.push(named())
  while (brought.length > 0) {
    await wall.advance(inSeconds(60))
    seen.push(named())
  }
  const both = ['0a', '0b']
  expect(seen).toEqual([['0a'], both, both, both, both, ['0c']])
  list.close()
  await wall.advance(inSeconds(120))
  expect(asked).toEqual(Array.from({ length: 7 }, () => 'GET https://dcc/api/v1/crl'))
})

test('a list that is held back is said to be stale, once by its number, and names whom it named', async () => {
  const wall = testClock(systemClock.now())
  const brought = { pem: identities.crl(['0a'], 1, 'smartMeter') }
  const http = {
    request: () => Promise.resolve({ status: 200, body: brought.pem }),
  } as unknown as HttpClient
  const said: unknown[] = []
  const log = { ...silentLog, error: (about: object) => void said.push(about) }
  const list = smartMeterList({ http, url: 'https://dcc', chainPem, deps: { wall, crypto, log } })
  await list.start()
  await wall.advance(inHours(23))
  expect(said).toEqual([])
  await wall.advance(inHours(2))
  expect(said).toMatchObject([{ reason: 'ListStale', number: 1 }])
  expect(list.revoked('0a')).toBe(true)
  brought.pem = identities.crl(['0a'], 2, 'smartMeter')
  await wall.advance(inHours(1))
  expect(said.slice(1)).toMatchObject([{ reason: 'ListStale', number: 2 }])
  list.close()
})

test('a data company that says nothing delays a start by seconds, and is heard when it speaks', async () => {
  const wall = testClock(systemClock.now())
  let answer: (response: object) => void = () => {}
  const answered = new Promise<object>((resolve) => (answer = resolve))
  const http = { request: () => answered } as unknown as HttpClient
  const deps = { wall, crypto, log: silentLog }
  const list = smartMeterList({ http, url: 'https://dcc', chainPem, deps })
  const started = list.start()
  await wall.advance(inSeconds(3))
  await started
  expect(list.list()).toBeUndefined()
  answer({ status: 200, body: identities.crl(['0a'], 1, 'smartMeter') })
  await expect.poll(() => list.revoked('0a')).toBe(true)
  list.close()
})
