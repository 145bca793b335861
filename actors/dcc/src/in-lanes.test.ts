import { expect, test } from 'vitest'
import { createLanes, type Lane } from './in-lanes.ts'

/** Until nothing more begins by itself. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 200; turns++) await Promise.resolve()
}
/** Rows `a1`, `a2` and so on; each ends when the test says so. */
function pool(atOnce: number, atOnceEach: number) {
  const begun: string[] = []
  const ends = new Map<string, (error?: Error) => void>()
  const state = { isOver: false }
  const lanes = createLanes<string>({
    atOnce,
    atOnceEach,
    isOver: () => state.isOver,
    work: (row) =>
      new Promise((resolve, reject) => {
        begun.push(row)
        ends.set(row, (error) => (error === undefined ? resolve() : reject(error)))
      }),
  })
  const end = async (...rows: readonly string[]): Promise<void> => {
    for (const row of rows) {
      ends.get(row)?.()
      await settled()
    }
  }
  return { lanes, begun, ends, state, end }
}
const lane = (name: string, most: number): Lane<string> => ({
  name,
  page: async (after) => {
    const first = after === undefined ? 1 : Number(after.slice(name.length)) + 1
    const length = Math.max(0, Math.min(2, most - first + 1))
    return Array.from({ length }, (_, index) => `${name}${first + index}`)
  },
})

test('whose devices are silent holds its own places: everybody else’s requests go on', async () => {
  const { lanes, begun, end } = pool(6, 3)
  const all = lanes.begin([lane('silent', 9), lane('b', 4), lane('c', 4)])
  await settled()
  // The last place is for somebody who has none.
  expect(begun).toHaveLength(5)
  const others = ['b', 'c'].flatMap((name) => [1, 2, 3, 4].map((row) => `${name}${row}`))
  for (let rounds = 0; rounds < 4; rounds++) await end(...others)
  expect(begun.toSorted()).toEqual([...others, 'silent1', 'silent2', 'silent3'])
  for (let row = 1; row <= 9; row++) await end(`silent${row}`)
  await all
  expect(begun).toHaveLength(17)
})

test('what falls due meanwhile is worked on beside it, in the same pool and never twice', async () => {
  const { lanes, begun, end } = pool(3, 2)
  const first = lanes.begin([lane('a', 4)])
  await settled()
  expect(begun).toEqual(['a1', 'a2'])
  const second = lanes.begin([lane('a', 4), lane('b', 2)])
  await settled()
  // One place was left; the other request of b waits until b has none.
  expect(begun).toEqual(['a1', 'a2', 'b1'])
  await end('a1')
  expect(begun).toEqual(['a1', 'a2', 'b1'])
  await end('b1')
  expect(begun).toEqual(['a1', 'a2', 'b1', 'b2'])
  await end('b2')
  await second
  await end('a2', 'a3', 'a4')
  await first
  expect(begun.toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2'])
  // A lane that has ended may open again.
  const again = lanes.begin([lane('a', 1)])
  await settled()
  await end('a1')
  await again
  expect(begun.filter((row) => row === 'a1')).toHaveLength(2)
})

test('a fault ends the lane that it is in, and gives its places back', async () => {
  const { lanes, begun, ends, end } = pool(2, 2)
  const all = lanes.begin([lane('a', 4), lane('b', 2)])
  const failed = expect(all).rejects.toThrow('gone')
  await settled()
  expect(begun).toEqual(['a1', 'b1'])
  ends.get('a1')?.(new Error('gone'))
  await settled()
  // What waited for a place already has its turn; nothing after it has.
  for (let rounds = 0; rounds < 2; rounds++) await end('a2', 'b1', 'b2')
  await failed
  expect(begun.toSorted()).toEqual(['a1', 'a2', 'b1', 'b2'])
})

test('once it is over nothing more begins, and whoever waited is let go', async () => {
  const { lanes, begun, state, end } = pool(1, 1)
  const all = lanes.begin([lane('a', 4), lane('b', 4)])
  await settled()
  state.isOver = true
  await end('a1')
  await all
  expect(begun).toEqual(['a1'])
})
