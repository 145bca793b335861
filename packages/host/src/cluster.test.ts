import { spawn } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase, type Migration } from '@interlock/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCluster, type Cluster } from './cluster.ts'
import { temporaryDir } from './files.ts'
import { silentLog } from './log.ts'
import { processStart } from './processes.ts'

const dir = temporaryDir('interlock-cluster')
const databases = [
  { name: 'csms', user: 'csms', password: "it's a@secret/" },
  { name: 'supervisor', user: 'supervisor', password: 'another' },
]
const start = (): Promise<Cluster> => startCluster({ dir, databases, log: silentLog })
let cluster: Cluster

beforeAll(async () => {
  cluster = await start()
})
afterAll(async () => {
  await cluster.close()
  rmSync(dir, { recursive: true, force: true })
})

type Notes = { note: { id: number; words: string } }
const first: Migration = {
  name: '1-note',
  up: (db) =>
    db.schema
      .createTable('note')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('words', 'text', (column) => column.notNull())
      .execute(),
}
const postmaster = (): number =>
  Number(readFileSync(join(dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

/** Tries until it works; the time limit is the test's. */
async function eventually<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch {
      await sleep(50)
    }
  }
}

test('what is written is there when the database is opened again, its schema made once', async () => {
  const once = await openDatabase<Notes>(cluster.url('csms'), [first])
  await once.db.insertInto('note').values({ id: 1, words: 'kept' }).execute()
  await once.close()
  await once.close()
  const again = await openDatabase<Notes>(cluster.url('csms'), [first])
  expect(await again.db.selectFrom('note').selectAll().execute()).toEqual([
    { id: 1, words: 'kept' },
  ])
  await again.close()
})

test('a migration that fails leaves nothing behind', async () => {
  const wrong: Migration = {
    name: '2-wrong',
    async up(db) {
      await db.schema.createTable('half').addColumn('id', 'integer').execute()
      throw new Error('no further')
    },
  }
  const url = cluster.url('supervisor')
  await expect(openDatabase(url, [wrong])).rejects.toThrow('no further')
  const { db, close } = await openDatabase<{ half: { id: number } }>(url, [])
  await expect(db.selectFrom('half').selectAll().execute()).rejects.toThrow(/does not exist/)
  await close()
})

test('two nodes that start at once make the schema once', async () => {
  const url = cluster.url('supervisor')
  const both = await Promise.all([openDatabase(url, [first]), openDatabase(url, [first])])
  await Promise.all(both.map(({ close }) => close()))
})

test('a schema that the program does not know is refused', async () => {
  const url = cluster.url('supervisor')
  await openDatabase(url, [first]).then(({ close }) => close())
  await expect(openDatabase(url, [])).rejects.toMatchObject({
    code: 'DatabaseNewer',
    message: expect.stringContaining('1-note'),
  })
})

test("no login reaches another's database, or the shared ones", async () => {
  for (const other of ['supervisor', 'postgres', 'template1']) {
    const url = new URL(cluster.url('csms'))
    url.pathname = `/${other}`
    await expect(openDatabase(url.href, [])).rejects.toMatchObject({ code: 'DatabaseDenied' })
  }
})

test.each(['wrong', ''])('the password "%s" opens nothing', async (password) => {
  const url = new URL(cluster.url('csms'))
  url.password = password
  const refused = openDatabase(url.href, [])
  await expect(refused).rejects.toThrow()
})

test('a password is kept as a SCRAM verifier only', async () => {
  const hba = readFileSync(join(dir, 'postgres', 'pg_hba.conf'), 'utf8')
  const rules = hba.split('\n').filter((line) => /^(local|host)/.test(line))
  expect(rules.length).toBeGreaterThan(0)
  for (const rule of rules) expect(rule).toMatch(/scram-sha-256$/)
})

test('a database that dies is named while it is gone, and used again when it is back', async () => {
  const { db, close } = await openDatabase<Notes>(cluster.url('csms'), [first])
  const count = () => db.selectFrom('note').selectAll().execute()
  const before = (await count()).length
  process.kill(postmaster(), 'SIGKILL')
  const failures: unknown[] = []
  while (failures.length === 0)
    await count().catch((error: unknown) => {
      failures.push(error)
    })
  expect(failures[0]).toMatchObject({
    code: 'DatabaseUnavailable',
    message: expect.not.stringContaining('secret'),
    remedy: expect.any(String),
  })
  expect((await eventually(count)).length).toBe(before)
  await close()
})

test('a statement in a transaction that is cut off changes nothing', async () => {
  const { db, close } = await openDatabase<Notes>(cluster.url('csms'), [first])
  const cut = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('note').values({ id: 7, words: 'half' }).execute()
    process.kill(postmaster(), 'SIGKILL')
    for (;;) await transaction.selectFrom('note').selectAll().execute()
  })
  await expect(cut).rejects.toMatchObject({ code: 'DatabaseUnavailable' })
  const found = await eventually(() =>
    db.selectFrom('note').selectAll().where('id', '=', 7).execute(),
  )
  expect(found).toEqual([])
  await close()
})

test('a second process is told who uses the folder', async () => {
  await expect(start()).rejects.toMatchObject({
    code: 'FolderInUse',
    message: expect.stringContaining(`${process.pid}`),
  })
})

test('a fixed port that is taken is named, with the remedy', async () => {
  const server = createServer()
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  const other = temporaryDir('interlock-taken')
  const refused = startCluster({ dir: other, port, databases: [], log: silentLog })
  await expect(refused).rejects.toMatchObject({
    code: 'PortTaken',
    message: expect.stringContaining(`${port}`),
  })
  server.close()
  rmSync(other, { recursive: true, force: true })
})

test.runIf(process.getuid?.() === 0)(
  'a folder that the database may not enter is named, and the one to open up',
  async () => {
    const home = temporaryDir('interlock-home')
    chmodSync(home, 0o700)
    const refused = startCluster({ dir: join(home, 'data'), databases: [], log: silentLog })
    await expect(refused).rejects.toMatchObject({
      code: 'PostgresUnreachable',
      message: expect.stringContaining(join(home, 'data')),
      remedy: expect.stringContaining(`chmod o+x ${home}`),
    })
    rmSync(home, { recursive: true, force: true })
  },
)

/** Runs a cluster in a process of its own, and kills that process. @returns the server's process id */
async function killOwner(beforehand: (server: number) => void = () => {}): Promise<number> {
  const script = new URL('cluster.fixture.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', script, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const server = postmaster()
  expect(processStart(server)).toBeDefined()
  beforehand(server)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  return server
}

/** Every process whose arguments are these. */
const processesOf = (...args: string[]): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && processStart(pid) !== undefined)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(args.join('\0')))

test('a process that is killed leaves no server behind, and loses nothing', async () => {
  await cluster.close()
  const server = await killOwner()
  while (processStart(server) !== undefined) await sleep(20)
  cluster = await start()
  const { db, close } = await openDatabase<Notes>(cluster.url('csms'), [first])
  expect(await db.selectFrom('note').select('words').execute()).toEqual([{ words: 'kept' }])
  await close()
})

test.runIf(process.platform === 'linux')(
  'a server that was left behind all the same is ended at the next start',
  async () => {
    await cluster.close()
    const server = await killOwner((pid) => {
      for (const guardian of processesOf('interlock-guardian', `${pid}`))
        process.kill(guardian, 'SIGKILL')
    })
    expect(processStart(server)).toBeDefined()
    cluster = await start()
    expect(processStart(server)).toBeUndefined()
  },
)
