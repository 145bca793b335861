import { Fault, inHours, inSeconds } from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import { expect, test } from 'vitest'
import { temporaryDir, writeAtomic } from './files.ts'
import type { HttpClient } from './http-client.ts'
import { organisation, testIdentities } from './identities.fixture.ts'
import { silentLog } from './log.ts'
import { nodeCrypto as crypto } from './node-crypto.ts'
import { smartMeterList } from './smart-meter-list.ts'
import { systemClock } from './system-clock.ts'

const identities = testIdentities()
/** Where nothing is kept yet. */
const nowhere = () => `${temporaryDir('interlock-list')}/list.pem`
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
  const list = smartMeterList({ http, url: 'https://dcc', chainPem, path: nowhere(), deps })
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
  const list = smartMeterList({
    http,
    url: 'https://dcc',
    chainPem,
    path: nowhere(),
    deps: { wall, crypto, log },
  })
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
  const list = smartMeterList({ http, url: 'https://dcc', chainPem, path: nowhere(), deps })
  const started = list.start()
  await wall.advance(inSeconds(3))
  await started
  expect(list.list()).toBeUndefined()
  answer({ status: 200, body: identities.crl(['0a'], 1, 'smartMeter') })
  await expect.poll(() => list.revoked('0a')).toBe(true)
  list.close()
})

test('after a restart an older list is refused, by name, and what is kept names whom it named', async () => {
  const wall = testClock(systemClock.now())
  const path = nowhere()
  const said: object[] = []
  const log = { ...silentLog, error: (about: object) => void said.push(about) }
  /** A life that the data company brings that list, or none. */
  const life = async (pem: string | undefined) => {
    const http = {
      request: () => Promise.resolve({ status: pem === undefined ? 404 : 200, body: pem }),
    } as unknown as HttpClient
    const deps = { wall, crypto, log }
    const list = smartMeterList({ http, url: 'https://dcc', chainPem, path, deps })
    await list.start()
    const named = ['0a', '0b'].filter((each) => list.revoked(each))
    list.close()
    return named
  }
  const [older, newer] = [[], ['0a']].map((serials, number) =>
    identities.crl(serials, number + 1, 'smartMeter'),
  )
  expect(await life(newer)).toEqual(['0a'])
  expect(said).toEqual([])
  expect(await life(older)).toEqual(['0a'])
  expect(said).toEqual([{ reason: 'ListOlder', number: 1, held: 2 }])
  expect(await life(undefined)).toEqual(['0a'])
  // The attack succeeds where nothing was kept; what is no list of the authority's is passed over.
  writeAtomic(path, testIdentities().crl(['0b'], 9, 'smartMeter'))
  expect(await life(older)).toEqual([])
  expect(await life(newer)).toEqual(['0a'])
})

test('attack: what a data company puts around a list is not kept, so that it keeps nobody from starting', async () => {
  const path = nowhere()
  const pem = identities.crl(['0a'], 1, 'smartMeter')
  const around = '\u00ff'.repeat(3_000_000)
  const http = {
    request: () => Promise.resolve({ status: 200, body: `${around}\n${pem}\n${around}` }),
  } as unknown as HttpClient
  const deps = { wall: testClock(systemClock.now()), crypto, log: silentLog }
  const life = () => smartMeterList({ http, url: 'https://dcc', chainPem, path, deps })
  const first = life()
  await first.start()
  first.close()
  expect([first.revoked('0a'), first.list()]).toEqual([true, pem])
  const second = life()
  expect(second.revoked('0a')).toBe(true)
})
