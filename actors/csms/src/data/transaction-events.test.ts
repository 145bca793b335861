import { rmSync } from 'node:fs'
import { nodeCrypto, silentLog, temporaryDir, type Running } from '@interlock/host'
import { testCluster } from '@interlock/host/test-cluster.fixture'
import { instant } from '@interlock/kernel'
import { openDatabase, type Database } from '@interlock/store'
import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Said } from '../core/said.ts'
import { factStore, type FactStore } from './facts.ts'
import { migrations, type CsmsTables } from './schema.ts'
import type { EventRow } from './insert-events.ts'
import { transactionStore, type TransactionStore } from './transaction-events.ts'

const dir = temporaryDir('interlock-transaction-events')
const closers: Running[] = []
let transactions: TransactionStore
let facts: FactStore
/** As it was before events were told apart by content. */
let olderDatabase: (name: string) => Promise<Database<CsmsTables> & { readonly url: string }>

beforeAll(async () => {
  const databases = ['csms', 'older', 'long'].map((name) => ({
    name,
    user: name,
    password: 'for-tests-only',
  }))
  const cluster = await testCluster({ dir: `${dir}/cluster`, databases, log: silentLog })
  closers.push(cluster)
  olderDatabase = async (name) => {
    const url = cluster.url(name)
    return { ...(await openDatabase<CsmsTables>(url, migrations.slice(0, 2))), url }
  }
  const database = await openDatabase<CsmsTables>(cluster.url('csms'), migrations)
  closers.push(database)
  transactions = transactionStore(database.db, nodeCrypto)
  facts = factStore(database.db)
}, 240_000)
afterAll(async () => {
  for (const each of closers.toReversed()) await each.close()
  rmSync(dir, { recursive: true, force: true })
})

const event = (station: string, seqNo: number, more: Partial<EventRow> = {}): EventRow => {
  const row = {
    stationId: station,
    transactionId: `of-${station}`,
    seqNo,
    at: 1_767_636_000_000 + seqNo,
    eventType: seqNo === 0 ? 'Started' : 'Updated',
    registerWattHours: 1_000 + seqNo,
    message: `{"seqNo":${seqNo}}`,
    ...more,
  } as const
  const { at, eventType, registerWattHours: read } = row
  const endedAt = eventType === 'Ended' ? instant(at) : undefined
  const [firstWattHours, lastWattHours] = [read, read]
  const said = <Value>(value: Value): Said<Value> => ({ seqNo: row.seqNo, at: instant(at), value })
  const [evseId, chargingState] = [said(seqNo), said(eventType)]
  const times = { startedAt: instant(at), endedAt }
  const told = { firstWattHours, lastWattHours, evseId, chargingState, begunWith: undefined }
  return { ...row, head: { ...times, ...told } }
}

async function messagesOf(stationId: string): Promise<readonly string[]> {
  const name = { stationId, transactionId: `of-${stationId}` }
  return (await transactions.events(name, { limit: 10 })).map(({ message }) => message)
}

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
  for (const { stationId, message } of good) expect(await messagesOf(stationId)).toEqual([message])
  expect(await messagesOf('CS-BAD')).toEqual([])
  expect(await transactions.list('CS-BAD', { limit: 2 })).toEqual([])
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
  expect(await transactions.current(['CS-TWICE'])).toMatchObject([{ endedAt: ended.at }])
  const messages = await messagesOf('CS-TWICE')
  expect(messages.slice(0, 3)).toEqual([first.message, '{"a":1}', '{"seqNo":5}'])
  expect(messages).toHaveLength(6)
})

test('an event is the same in another order of its members, and by another form of its time', async () => {
  const said = { timestamp: '2026-01-05T18:00:00Z', meterValue: [{ a: 1, b: 2 }] }
  const again = {
    meterValue: [{ b: 2, a: 1 }],
    timestamp: '2026-01-05T19:00:00.000+01:00',
    offline: true,
  }
  const of = (message: object) => event('CS-SAME', 0, { message: JSON.stringify(message) })
  const later = { ...said, timestamp: '2026-01-05T18:00:00.001Z' }
  const kept = []
  for (const message of [said, again, later]) kept.push((await transactions.add(of(message))).as)
  expect(kept).toEqual(['kept', 'repeated', 'conflicting'])
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

test('a transaction is known from its events in whatever order they came, and after its end', async () => {
  const ended = event('CS-ORDER', 3, { eventType: 'Ended', registerWattHours: undefined })
  const known = async () => (await transactions.current(['CS-ORDER', 'CS-NONE']))[0]
  await Promise.all([event('CS-ORDER', 1), event('CS-ORDER', 2)].map(transactions.add))
  expect(await known()).toMatchObject({
    startedAt: event('', 1).at,
    endedAt: undefined,
    firstWattHours: 1_001,
    lastWattHours: 1_002,
    seqNo: 2,
    at: event('', 2).at,
    evseId: { value: 2 },
  })
  for (const row of [ended, event('CS-ORDER', 0)]) await transactions.add(row)
  const over = { startedAt: event('', 0).at, endedAt: ended.at, firstWattHours: 1_000 }
  const after = {
    ...over,
    lastWattHours: 1_002,
    evseId: { value: 3 },
    chargingState: { value: 'Ended' },
  }
  expect(await known()).toMatchObject(after)
  // Another end under its number changes nothing, as it changes nothing in memory.
  const other = { ...ended, ...event('CS-ORDER', 3, { registerWattHours: 9_000, message: '{}' }) }
  expect(await transactions.add(other)).toEqual({ as: 'conflicting', over: true })
  expect(await known()).toMatchObject(after)
})

test('what an event does not tell takes nothing away of what others have told', async () => {
  const begunWith = { seqNo: 0, at: instant(1), value: { idToken: 'A', type: 'Central' } }
  const startedWith = (row: EventRow): EventRow => ({
    ...row,
    head: row.head && { ...row.head, begunWith },
  })
  const without = (row: EventRow): EventRow => ({
    ...row,
    head: row.head && {
      ...row.head,
      firstWattHours: undefined,
      lastWattHours: undefined,
      evseId: undefined,
      chargingState: undefined,
    },
  })
  const rows = [
    startedWith(event('CS-MEMBERS', 5)),
    without(event('CS-MEMBERS', 9)),
    event('CS-MEMBERS', 2),
  ]
  for (const row of rows) await transactions.add(row)
  expect(await transactions.find('CS-MEMBERS', 'of-CS-MEMBERS')).toMatchObject({
    startedAt: event('', 2).at,
    firstWattHours: 1_002,
    lastWattHours: 1_009,
    evseId: { seqNo: 5, at: event('', 5).at, value: 5 },
    chargingState: { seqNo: 5 },
    begunWith,
    seqNo: 9,
  })
})

test('between two changes of a transaction its newest event tells where it stands', async () => {
  const rows = [0, 1, 2].map((seqNo) => event('CS-QUIET', seqNo))
  const quiet = event('CS-QUIET', 7, { head: undefined })
  const unheard = { ...event('CS-QUIET', 8, { registerWattHours: undefined }), head: undefined }
  for (const row of [...rows, { ...quiet, head: undefined }, unheard]) await transactions.add(row)
  expect(await transactions.current(['CS-QUIET'])).toMatchObject([
    { seqNo: 8, at: unheard.at, lastWattHours: 1_007, evseId: { value: 2 } },
  ])
})

test('of a transaction no more is read at one go than its messages may have bytes', async () => {
  const long = (letter: string) => JSON.stringify(letter.repeat(200_000))
  const rows = ['a', 'b', 'c', 'd'].map((letter, at) =>
    event('CS-LONG', at, { message: long(letter) }),
  )
  for (const row of rows) await transactions.add(row)
  const name = { stationId: 'CS-LONG', transactionId: 'of-CS-LONG' }
  const first = await transactions.events(name, { limit: 9 })
  expect(first.map(({ seqNo, more }) => [seqNo, more])).toEqual([
    [0, true],
    [1, true],
  ])
  const [, after] = first
  const rest = await transactions.events(name, { limit: 9, ...(after && { after }) })
  expect(rest.map(({ seqNo, more }) => [seqNo, more])).toEqual([
    [2, true],
    [3, false],
  ])
})

test('the transactions of a station are listed from the latest on', async () => {
  const rows = ['x', 'y', 'z'].map((transactionId, at) => event('CS-LIST', at, { transactionId }))
  for (const row of rows) await transactions.add(row)
  const [z, y, ...others] = await transactions.list('CS-LIST', { limit: 2 })
  expect([z?.transactionId, y?.transactionId, others]).toEqual(['z', 'y', []])
  const before = { at: y?.startedAt ?? 0, transactionId: 'y' }
  expect(await transactions.list('CS-LIST', { limit: 2, before })).toMatchObject([
    { transactionId: 'x', startedAt: rows[0]?.at },
  ])
})

/** Of the events, by this connection. */
async function rowsRead(db: Kysely<CsmsTables>): Promise<number> {
  const { rows } = await sql<{ read: number }>`
    select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read
    from pg_stat_xact_user_tables where relname = 'transaction_events'`.execute(db)
  return rows[0]?.read ?? 0
}

test('however long the past, what runs is known from few of its rows', async () => {
  const old = await olderDatabase('long')
  const history = sql`insert into transaction_events
    select 'CS-' || t % 50, 'T-' || t, n, t * 1000 + n, case when n = 0 then 'Started'
      when n = 299 and t > 20 then 'Ended' else 'Updated' end, t * 1000 + n,
      json_strip_nulls(json_build_object('eventType', 'Updated',
        'timestamp', '2026-01-05T18:00:00Z', 'seqNo', n,
        'transactionInfo', json_build_object('transactionId', 'T-' || t, 'chargingState',
          case when n = 298 then 'Charging' end)))
    from generate_series(1, 50) as t, generate_series(0, 299) as n`
  await history.execute(old.db)
  await old.close()
  const database = await openDatabase<CsmsTables>(old.url, migrations)
  await sql`analyze`.execute(database.db)
  await database.db.transaction().execute(async (one) => {
    const store = transactionStore(one, nodeCrypto)
    const before = await rowsRead(one)
    const stations = Array.from({ length: 50 }, (_, at) => `CS-${at}`)
    const kept = await store.current(stations)
    expect(kept.filter(({ endedAt }) => endedAt === undefined)).toHaveLength(20)
    expect(kept.find(({ transactionId }) => transactionId === 'T-7')).toMatchObject({
      stationId: 'CS-7',
      startedAt: 7_000,
      firstWattHours: 7_000,
      lastWattHours: 7_299,
      seqNo: 299,
      at: 7_299,
      chargingState: { value: 'Charging' },
    })
    expect((await rowsRead(one)) - before).toBeLessThanOrEqual(20 * 2 * 64)
    const energy = 50 * 299
    expect(await store.totals()).toEqual({ transactions: 50, energyWattHours: energy })
  })
  await database.close()
})

test('what was on file before contents were told apart is known again', async () => {
  const old = await olderDatabase('older')
  await old.db.executeQuery(
    sql`insert into transaction_events values ('CS-1', 'T', 0, 1, 'Started', 5, '{"seqNo":0,"offline":true,"transactionInfo":{}}')`.compile(
      old.db,
    ),
  )
  // What JSON allows and the database cannot read in it.
  const idToken = { idToken: '\u0000\ud800', type: 'Central' }
  const strange = JSON.stringify({ seqNo: 0, idToken, evse: { id: 2 }, transactionInfo: {} })
  await sql`insert into transaction_events
    values ('CS-2', 'T', 0, 1, 'Started', 5, ${strange})`.execute(old.db)
  await old.close()
  const database = await openDatabase<CsmsTables>(old.url, migrations)
  const message = '{"seqNo":0,"transactionInfo":{}}'
  const row = event('CS-1', 0, { transactionId: 'T', message })
  const store = transactionStore(database.db, nodeCrypto)
  expect(await store.add(row)).toMatchObject({ as: 'repeated' })
  expect(await store.add({ ...row, message: '{}' })).toMatchObject({ as: 'conflicting' })
  const told = { evseId: { value: 2 }, begunWith: { value: idToken }, chargingState: undefined }
  expect(await store.find('CS-2', 'T')).toMatchObject(told)
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
  expect(await facts.ofStations(['CS-2', 'CS-3'], 'boot')).toMatchObject([{ stationId: 'CS-3' }])
  expect(await facts.ofStations(['CS-3'], 'boot', 'boot')).toHaveLength(1)
  expect(await facts.ofStations(['CS-3'], 'boot', 'other')).toEqual([])
})
