import { UpgradeRefused, httpClient, type HttpClient } from '@interlock/host'
import { millis, plus, unobserved, type Instant } from '@interlock/kernel'
import { openDatabase } from '@interlock/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrations, type CsmsTables } from './data/schema.ts'
import { knockMillisMax, knocksMax, stationStore, type StationStore } from './data/stations.ts'
import { ofCsms } from '@interlock/host/identities.fixture'
import { testStation } from './fixture/station.fixture.ts'
import { csmsWorld, evening, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
let web: HttpClient
let database: Awaited<ReturnType<typeof openDatabase<CsmsTables>>>
let store: StationStore
beforeAll(async () => {
  world = await csmsWorld('knocks')
  csms = await world.start(world.clock())
  const identity = world.identities.identity('charging', ofCsms('web', 'web', 0x51))
  web = httpClient({ identity, trust: world.identities.trust('charging'), activity: unobserved })
  database = await openDatabase<CsmsTables>(world.database.cluster.url('csms'), migrations)
  store = stationStore(database.db)
})
afterAll(async () => {
  await web.close()
  await database.close()
  await csms.close()
  await world.close()
})

type Page = { readonly items: Record<string, unknown>[]; readonly next: string | null }
const read = async (path: string): Promise<Page> => {
  const { status, body } = await web.request('GET', `https://127.0.0.1:${csms.port}/api/v1${path}`)
  expect(status).toBe(200)
  return body as Page
}
/** A list page by page, so many on each. */
async function inPages(path: string, limit: number): Promise<Page['items'][]> {
  const pages: Page['items'][] = []
  let next: string | null = null
  do {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`
    const page: Page = await read(`${path}?limit=${limit}${cursor}`)
    pages.push(page.items)
    next = page.next
  } while (next !== null)
  return pages
}
const knocked = (id: string, reason: string, at: Instant) =>
  store.knocked({ id, reason, at, securityProfile: 2, certificateEui: undefined })
const before = (ago: number) => plus(evening, millis(-ago))

test('when strangers have filled the list, whoever comes next is on it, and the oldest is not', async () => {
  const strangers = Array.from({ length: knocksMax }, (_, at) => at)
  for (const at of strangers) await knocked(`XX-${at}`, 'a stranger', before(2_000 - at))
  await knocked('XX-1', 'again', before(1))
  const port = csms.ocppPorts.profile3
  const newcomer = testStation(world.identities, {
    port,
    id: 'CS-77',
    identity: world.identityOf('CS-77'),
  })
  await expect(newcomer).rejects.toBeInstanceOf(UpgradeRefused)
  const pages = await inPages('/knocks', 300)
  expect(pages.map((page) => page.length)).toEqual([300, 300, 300, 100])
  const ids = pages.flat().map(({ id }) => id)
  expect(ids.slice(0, 3)).toEqual(['CS-77', 'XX-1', 'XX-999'])
  expect(new Set(ids).size).toBe(knocksMax)
  expect(ids).not.toContain('XX-0')
}, 240_000)

test('whoever knocked at one instant is on one page or the next, not on both', async () => {
  const at = plus(evening, millis(1))
  for (const id of ['b', 'a', 'c']) await knocked(id, 'together', at)
  const pages = await inPages('/knocks', 2)
  expect(pages.flat().slice(0, 3)).toMatchObject([{ id: 'c' }, { id: 'b' }, { id: 'a' }])
})

test('who has not come back for a week is forgotten', async () => {
  await knocked('late', 'the last', plus(evening, millis(knockMillisMax + 2)))
  const { items } = await read('/knocks?limit=1000')
  expect(items.map(({ id }) => id)).toEqual(['late'])
})

test('a cursor of another list is refused', async () => {
  const { next } = await read('/stations?limit=1')
  const url = `https://127.0.0.1:${csms.port}/api/v1/knocks?cursor=${next ?? ''}`
  expect(await web.request('GET', url)).toMatchObject({ status: 400 })
})

test('stations come in pages, in the order of their names', async () => {
  const pages = await inPages('/stations', 3)
  expect(pages.map((page) => page.map(({ stationId }) => stationId))).toEqual([
    ['CS-1', 'CS-2', 'CS-3'],
    ['CS-4'],
  ])
})
