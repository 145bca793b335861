import { rmSync } from 'node:fs'
import { nodeCrypto, silentLog, startCluster, temporaryDir, type Running } from '@interlock/host'
import { openDatabase, type Database } from '@interlock/store'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { factStore, type FactStore } from './facts.ts'
import { migrations, type CsmsTables } from './schema.ts'
import type { EventRow } from './insert-events.ts'
import { transactionStore, type TransactionStore } from './transaction-events.ts'

const dir = temporaryDir('interlock-transaction-events')
const closers: Running[] = []
let transactions: TransactionStore
let facts: FactStore
/** As it was before events were told apart by content. */
let olderDatabase: () => Promise<Database<CsmsTables> & { readonly url: string }>

beforeAll(async () => {
  const databases = ['csms', 'older'].map((name) => ({
    name,
    user: name,
    password: 'for-tests-only',
  }))
  const cluster = await startCluster({ dir: `${dir}/cluster`, databases, log: silentLog })
  closers.push(cluster)
  olderDatabase = async () => {
    const url = cluster.url('older')
    return { ...(await openDatabase<CsmsTables>(url, migrations.slice(0, 2))), url }
  }
  const database = await openDatabase<CsmsTables>(cluster.url('csms'), migrations)
  closers.push(database)
  transactions = transactionStore(database.db, nodeCrypto)
  facts = factStore(database.db)
}, 120_000)
afterAll(async () => {
  for (const each of closers.toReversed()) await each.close()
  rmSync(dir, { recursive: true, force: true })
})

const event = (station: string, seqNo: number, more: Partial<EventRow> = {}): EventRow => ({
  stationId: station,
  transactionId: `of-${station}`,
  seqNo,
  at: 1_767_636_000_000 + seqNo,
  eventType: seqNo === 0 ? 'Started' : 'Updated',
  registerWattHours: 1_000 + seqNo,
  message: `{"seqNo":${seqNo}}`,
  ...more,
})

test('an event that the database cannot hold does not fail those beside it', async () => {
  const bad = [
    event('CS-BAD', 9e15),
    event('CS-BAD', 1, { message: 'a NUL \u0000 in it' }),
    event('CS-BAD', 2, { at: 1.5 }),
  ]
  const good = Array.from({ length: 40 }, (_, at) => event(`CS-${at}`, 0))
  const rows = [...good.slice(0, 20), ...bad, ...good.slice(20)]
  const ended = await Promise.allSettled(rows.map((row) => transactions.add(row)))
  const failed = rows.filter((_, at) => ended[at]?.status === 'rejected')
  expect(failed).toEqual(bad)
  expect((await transactions.totals()).transactions).toBe(good.length)
  for (const { stationId, message } of good)
    expect(await transactions.ofStation(stationId, { limit: 2 })).toMatchObject([
      { messages: [message] },
    ])
  expect(await transactions.ofStation('CS-BAD', { limit: 2 })).toEqual([])
})

test('the same event again is there once, a different one under its number beside it', async () => {
  const first = event('CS-TWICE', 0)
  const ended = event('CS-TWICE', 0, { eventType: 'Ended', message: '{"a":1}' })
  const add = (...rows: EventRow[]) =>
    Promise.all(rows.map(async (row) => (await transactions.add(row)).as))
  expect(await add(first, first)).toEqual(['kept', 'repeated'])
  // The second statement takes both at once.
  expect(await add(event('CS-TWICE', 5), ended, first, ended)).toEqual([
    'kept',
    'conflicting',
    'repeated',
    'repeated',
  ])
  const [one, other] = [
    event('CS-TWICE', 7),
    event('CS-TWICE', 7, { message: '{"seqNo":7,"a":1}' }),
  ]
  expect(await add(event('CS-TWICE', 6), one, other)).toEqual(['kept', 'kept', 'conflicting'])
  const latest = (await transactions.latest()).find(({ stationId }) => stationId === 'CS-TWICE')
  expect(latest).toMatchObject({ ended: true })
  const messages = (await transactions.ofStation('CS-TWICE', { limit: 2 }))[0]?.messages
  expect(messages?.slice(0, 3)).toEqual([first.message, '{"seqNo":5}', '{"a":1}'])
  expect(messages).toHaveLength(6)
})

test('an event that cannot be compared fails alone, and is told to be sent again', async () => {
  await transactions.add(event('CS-ODD', 0))
  const odd = event('CS-ODD', 0, { message: 'no JSON' })
  const rows = [event('CS-ODD', 1), odd, event('CS-ODD', 2)]
  const ended = await Promise.allSettled(rows.map((row) => transactions.add(row)))
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('an event of a transaction that has ended is kept, and said to be late', async () => {
  const ended = event('CS-OVER', 3, { eventType: 'Ended' })
  expect(await transactions.add(ended)).toEqual({ as: 'kept', over: false })
  expect(await transactions.add(event('CS-OVER', 2))).toEqual({ as: 'kept', over: true })
})

test('what was on file before contents were told apart is known again', async () => {
  const old = await olderDatabase()
  await old.db.executeQuery(
    sql`insert into transaction_events values ('CS-1', 'T', 0, 1, 'Started', 5, '{"seqNo":0,"offline":true}')`.compile(
      old.db,
    ),
  )
  await old.close()
  const database = await openDatabase<CsmsTables>(old.url, migrations)
  const row = event('CS-1', 0, { transactionId: 'T' })
  const store = transactionStore(database.db, nodeCrypto)
  expect(await store.add(row)).toMatchObject({ as: 'repeated' })
  expect(await store.add({ ...row, message: '{}' })).toMatchObject({ as: 'conflicting' })
  await database.close()
})

test('a fact that the database cannot hold does not fail those beside it', async () => {
  const fact = (stationId: string, at: number) =>
    ({ stationId, kind: 'boot', key: 'boot', at, value: { reason: 'PowerUp' } }) as const
  const ended = await Promise.allSettled([
    facts.put([fact('CS-1', 1)]),
    facts.put([fact('CS-2', 0.5)]),
    facts.put([fact('CS-3', 3)]),
  ])
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((await facts.ofKind('boot')).map(({ stationId }) => stationId).sort()).toEqual([
    'CS-1',
    'CS-3',
  ])
})
