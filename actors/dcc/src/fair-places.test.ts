import { expect, test } from 'vitest'
import { createFairPlaces } from './fair-places.ts'

const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 50; turns++) await Promise.resolve()
}
/** Work of owners, each of which asks for as many places as it likes; it ends when the test says so. */
function held(most: number) {
  const places = createFairPlaces(most)
  const ends = new Map<string, (() => void)[]>()
  const of = (owner: string): (() => void)[] => ends.get(owner) ?? []
  return {
    has: (owner: string) => of(owner).length,
    async ask(owner: string, many: number) {
      for (let count = 0; count < many; count++)
        void places(owner)(
          () => new Promise<void>((end) => void ends.set(owner, [...of(owner), end])),
        )
      await settled()
    },
    async end(owner: string) {
      const [first, ...rest] = of(owner)
      ends.set(owner, rest)
      first?.()
      await settled()
    },
  }
}

test('however many places silent owners would keep, the next one finds some at once', async () => {
  const pool = held(64)
  const silent = ['a', 'b', 'c', 'd']
  for (const each of silent) await pool.ask(each, 64)
  const kept = silent.map((each) => pool.has(each))
  expect(kept).toEqual([32, 16, 8, 4])
  await pool.ask('e', 64)
  expect(pool.has('e')).toBe(2)
  await pool.ask('f', 1)
  expect(pool.has('f')).toBe(1)
})

test('what is left goes to whoever has the fewest, and at last to everybody', async () => {
  const pool = held(4)
  await pool.ask('a', 6)
  await pool.ask('b', 3)
  await pool.ask('c', 1)
  expect(['a', 'b', 'c'].map(pool.has)).toEqual([2, 1, 1])
  await pool.ask('d', 1)
  expect(pool.has('d')).toBe(0)
  await pool.end('a')
  expect(['a', 'd'].map(pool.has)).toEqual([1, 1])
  for (const each of ['b', 'c', 'd']) await pool.end(each)
  // Nobody waits but these two, each for as many as are free beside it.
  let ended = 4
  for (; pool.has('a') + pool.has('b') > 0; ended++) await pool.end(pool.has('a') > 0 ? 'a' : 'b')
  expect(ended).toBe(11)
})

test('work that fails gives its place back, and its asker hears of it', async () => {
  const places = createFairPlaces(1)
  const gone = places('a')(() => Promise.reject(new Error('gone')))
  const next = places('b')(() => Promise.resolve('done'))
  await expect(gone).rejects.toThrow('gone')
  expect(await next).toBe('done')
})
