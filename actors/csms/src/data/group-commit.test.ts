import { expect, test } from 'vitest'
import { groupCommit } from './group-commit.ts'

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
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what comes in during a write is written together', async () => {
  const { batches, releases, insert } = held()
  const commit = groupCommit({ insert, rowsMax: 100, queueMax: 100 })
  const added = [1, 2, 3].map((row) => commit.add(row))
  releases[0]?.()
  await turn()
  expect(batches).toEqual([[1], [2, 3]])
  releases[1]?.()
  await Promise.all(added)
})

test('nothing is acknowledged before it is durable, and a failed write rejects its rows only', async () => {
  const { releases, insert } = held()
  const commit = groupCommit({ insert, rowsMax: 1, queueMax: 100 })
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
  const commit = groupCommit({ insert, rowsMax: 1, queueMax: 1 })
  const writing = commit.add(1)
  const waiting = commit.add(2)
  await expect(commit.add(3)).rejects.toThrow('too many')
  releases[0]?.()
  await turn()
  releases[1]?.()
  await Promise.all([writing, waiting])
})
