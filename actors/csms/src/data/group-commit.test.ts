import { expect, test } from 'vitest'
import { groupCommit, inGroups, QueueFull } from './group-commit.ts'

const held = () => {
  const batches: (readonly number[])[] = []
  const releases: ((fails?: boolean) => void)[] = []
  const insert = (rows: readonly number[]): Promise<void> => {
    batches.push(rows)
    return new Promise((resolve, reject) =>
      releases.push((fails) => (fails ? reject(new Error('gone')) : resolve())),
    )
  }
  return { batches, releases, insert }
}
const blamesRows = (cause: unknown): boolean => cause instanceof RangeError
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what comes in during a write is written together', async () => {
  const { batches, releases, insert } = held()
  const commit = groupCommit({ insert, blamesRows, rowsMax: 100, queueMax: 100 })
  const added = [1, 2, 3].map((row) => commit.add(row))
  releases[0]?.()
  await turn()
  expect(batches).toEqual([[1], [2, 3]])
  releases[1]?.()
  await Promise.all(added)
})

test('nothing is acknowledged before it is durable, and a failed write rejects its rows only', async () => {
  const { releases, insert } = held()
  const commit = groupCommit({ insert, blamesRows, rowsMax: 1, queueMax: 100 })
  const settled: string[] = []
  const first = commit.add(1).catch(() => settled.push('first failed'))
  const second = commit.add(2).then(() => settled.push('second durable'))
  await turn()
  expect(settled).toEqual([])
  releases[0]?.(true)
  await first
  releases[1]?.()
  await second
  expect(settled).toEqual(['first failed', 'second durable'])
})

test('a full queue refuses', async () => {
  const { releases, insert } = held()
  const commit = groupCommit({ insert, blamesRows, rowsMax: 1, queueMax: 1 })
  const writing = commit.add(1)
  const waiting = commit.add(2)
  await expect(commit.add(3)).rejects.toThrow(QueueFull)
  releases[0]?.()
  await turn()
  releases[1]?.()
  await Promise.all([writing, waiting])
})

test('a row that cannot be written fails alone, and costs few statements', async () => {
  const durable: number[] = []
  let statements = 0
  const insert = (rows: readonly number[]): Promise<void> => {
    statements += 1
    if (rows.some((row) => row < 0)) return Promise.reject(new RangeError('negative'))
    durable.push(...rows)
    return Promise.resolve()
  }
  const commit = groupCommit({ insert, blamesRows, rowsMax: 1_000, queueMax: 2_000 })
  // The first is written by itself, and the others while it is under way.
  const rows = Array.from({ length: 513 }, (_, at) => (at === 300 ? -1 : at))
  const ended = await Promise.allSettled(rows.map((row) => commit.add(row)))
  expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect(ended[300]).toMatchObject({ status: 'rejected', reason: new RangeError('negative') })
  expect(durable).toEqual(rows.filter((row) => row >= 0))
  expect(statements).toBeLessThan(25)
})

test('what no row is to blame for is not tried again for each', async () => {
  let statements = 0
  const insert = (): Promise<void> => {
    statements += 1
    return Promise.reject(new Error('the database is gone'))
  }
  const commit = groupCommit({ insert, blamesRows, rowsMax: 1_000, queueMax: 2_000 })
  const ended = await Promise.allSettled([1, 2, 3].map((row) => commit.add(row)))
  expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
  expect(statements).toBe(2)
})

test('each that asked during a statement has its own answer from the next', async () => {
  const groups: (readonly number[])[] = []
  const options = { blamesRows, rowsMax: 100, queueMax: 100 }
  const asked = inGroups(options, (items: readonly number[]) => {
    groups.push(items)
    return Promise.resolve(items.map((item) => item * 10))
  })
  expect(await Promise.all([1, 2, 3].map(asked))).toEqual([10, 20, 30])
  expect(groups).toEqual([[1], [2, 3]])
})
