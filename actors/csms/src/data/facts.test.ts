import { rmSync } from 'node:fs'
import { silentLog, temporaryDir, type Running } from '@interlock/host'
import { testCluster } from '@interlock/host/test-cluster.fixture'
import { openDatabase } from '@interlock/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { factKinds, type FactKind } from '../core/facts.ts'
import { factStore, type FactStore } from './facts.ts'
import { migrations, type CsmsTables } from './schema.ts'

const dir = temporaryDir('interlock-facts')
const closers: Running[] = []
let facts: FactStore

beforeAll(async () => {
  const databases = [{ name: 'csms', user: 'csms', password: 'for-tests-only' }]
  const cluster = await testCluster({ dir: `${dir}/cluster`, databases, log: silentLog })
  closers.push(cluster)
  const database = await openDatabase<CsmsTables>(cluster.url('csms'), migrations)
  closers.push(database)
  facts = factStore(database.db)
}, 240_000)
afterAll(async () => {
  for (const each of closers.toReversed()) await each.close()
  rmSync(dir, { recursive: true, force: true })
})

const put = (stationId: string, kind: FactKind, key: string, value: object, at = 1) =>
  facts.put([{ stationId, kind, key, at, value: value as Record<string, unknown> }])
const keys = async (station: string, kind: FactKind) =>
  (await facts.all(station, kind)).map(({ key }) => key)

test('a newer fact is laid over the older, at the newer time', async () => {
  await put('CS-1', 'log', '1', { status: 'Accepted', filename: 'f' })
  await put('CS-1', 'log', '1', { uploadStatus: 'Uploaded', status: null }, 2)
  expect(await facts.find('CS-1', 'log', '1')).toMatchObject({
    at: 2,
    value: { status: null, filename: 'f', uploadStatus: 'Uploaded' },
  })
})

test('facts of one moment about one thing are laid over each other in their order', async () => {
  const fact = { stationId: 'CS-1', kind: 'log', key: '2', at: 1 } as const
  await facts.put([
    { ...fact, value: { a: 1, b: 1 } },
    { ...fact, value: { b: 2 } },
  ])
  expect((await facts.find('CS-1', 'log', '2'))?.value).toEqual({ a: 1, b: 2 })
})

test('stations and kinds are kept apart, and what goes is only what was named', async () => {
  await put('CS-2', 'monitor', '1', {})
  await put('CS-2', 'monitor', '2', {})
  await put('CS-2', 'event', '1', {})
  await put('CS-3', 'monitor', '1', {})
  await facts.remove('CS-2', 'monitor', [])
  expect(await keys('CS-2', 'monitor')).toEqual(['1', '2'])
  await facts.remove('CS-2', 'monitor', ['1'])
  expect(await keys('CS-2', 'monitor')).toEqual(['2'])
  await facts.remove('CS-2', 'monitor')
  expect(await keys('CS-2', 'monitor')).toEqual([])
  expect([await keys('CS-2', 'event'), await keys('CS-3', 'monitor')]).toEqual([['1'], ['1']])
})

test('a list is read page by page, by key', async () => {
  for (const key of ['b', 'a', 'c']) await put('CS-4', 'variable', key, {})
  const page = async (after?: string) =>
    (
      await facts.list('CS-4', 'variable', { limit: 2, ...(after === undefined ? {} : { after }) })
    ).map(({ key }) => key)
  expect(await page()).toEqual(['a', 'b'])
  expect(await page('b')).toEqual(['c'])
})

test('the oldest give way when there are too many of a kind', async () => {
  const most = factKinds.compositeSchedule
  const written = 4 * most
  const keyOf = (at: number): string => String(at).padStart(4, '0')
  for (let at = 0; at < written; at += 1) await put('CS-5', 'compositeSchedule', keyOf(at), {}, at)
  // More may lie there until it is looked at again, and the newest are what is known.
  const newest = Array.from({ length: most }, (_, at) => keyOf(written - most + at))
  expect(await keys('CS-5', 'compositeSchedule')).toEqual(newest)
  const there = await facts.list('CS-5', 'compositeSchedule', { limit: written })
  expect(there.length).toBeLessThan(2.5 * most)
})

test('text that PostgreSQL cannot hold is replaced, and the fact kept', async () => {
  await put('CS-6', 'event', 'k\u0000', { 'na\ud800me': 'NUL \u0000', list: ['\udc00', 1, null] })
  expect(await facts.all('CS-6', 'event')).toMatchObject([
    { key: 'k\ufffd', value: { 'na\ufffdme': 'NUL \ufffd', list: ['\ufffd', 1, null] } },
  ])
  // A station may ask about what it likes: it is found by what it was written as, or not at all.
  expect(await facts.find('CS-6', 'event', 'k\u0000')).toMatchObject({ key: 'k\ufffd' })
  expect(await facts.find('CS-6', 'guest', '\u0000')).toBeUndefined()
  await facts.remove('CS-6', 'event', ['k\u0000'])
  expect(await facts.all('CS-6', 'event')).toEqual([])
})

test('stations whose turn to be looked at comes together each lose their own oldest', async () => {
  const most = factKinds.chargingLimit
  const written = 64 * 4
  const kind = 'chargingLimit'
  const fact = (stationId: string, at: number) =>
    ({ stationId, kind, key: String(at).padStart(4, '0'), at, value: {} }) as const
  await facts.put([{ ...fact('CS-7', 0), kind: 'log' }, fact('CS-9', 0)])
  for (let at = 0; at < written; at += 1) await facts.put([fact('CS-7', at), fact('CS-8', at)])
  for (const station of ['CS-7', 'CS-8']) {
    const there = await facts.list(station, kind, { limit: written })
    expect(there.map(({ at }) => at)).toEqual(
      Array.from({ length: most }, (_, at) => written - most + at),
    )
  }
  expect([await keys('CS-7', 'log'), await keys('CS-9', kind)]).toEqual([['0000'], ['0000']])
})

test('text that only looks like what PostgreSQL cannot hold stays as it is', async () => {
  const value = { pair: '💥', escape: String.raw`\u0000` }
  await put('CS-10', 'event', '1', value)
  expect((await facts.find('CS-10', 'event', '1'))?.value).toEqual(value)
})
