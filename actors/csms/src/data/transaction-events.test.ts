import { rmSync } from 'node:fs'
import { silentLog, startCluster, temporaryDir, type Running } from '@interlock/host'
import { openDatabase } from '@interlock/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { factStore, type FactStore } from './facts.ts'
import { migrations, type CsmsTables } from './schema.ts'
import { transactionStore, type EventRow, type TransactionStore } from './transaction-events.ts'

const dir = temporaryDir('interlock-transaction-events')
const closers: Running[] = []
let transactions: TransactionStore
let facts: FactStore

beforeAll(async () => {
  const databases = [{ name: 'csms', user: 'csms', password: 'for-tests-only' }]
  const cluster = await startCluster({ dir: `${dir}/cluster`, databases, log: silentLog })
  closers.push(cluster)
  const database = await openDatabase<CsmsTables>(cluster.url('csms'), migrations)
  closers.push(database)
  transactions = transactionStore(database.db)
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
