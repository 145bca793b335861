import { expect, test } from 'vitest'
import { inPages } from './in-pages.ts'

const pageRows = 4
/** Until nothing more begins by itself. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 100; turns++) await Promise.resolve()
}
/** Numbered rows, and what was asked for and worked on. */
function table(count: number) {
  const state = { asked: [] as (number | undefined)[], done: [] as number[], together: 0, most: 0 }
  const page = async (after: number | undefined): Promise<readonly number[]> => {
    state.asked.push(after)
    const first = (after ?? 0) + 1
    const length = Math.max(0, Math.min(pageRows, count - first + 1))
    return Array.from({ length }, (_, index) => first + index)
  }
  const work = async (row: number): Promise<void> => {
    state.most = Math.max(state.most, (state.together += 1))
    await settled()
    state.together -= 1
    state.done.push(row)
  }
  return { state, page, work }
}
const until = (isOver: () => boolean) => ({ atOnce: 3, isOver })

test('all rows are worked on once, a page at a time and few side by side', async () => {
  const { state, page, work } = table(10)
  await inPages(
    page,
    work,
    until(() => false),
  )
  expect(state.done.toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(state.asked).toEqual([undefined, 4, 8, 10])
  expect(state.most).toBe(3)
})

test('none are none, and it ends in the middle when it is told to', async () => {
  const empty = table(0)
  await inPages(
    empty.page,
    empty.work,
    until(() => false),
  )
  expect(empty.state).toMatchObject({ asked: [undefined], done: [] })
  const long = table(10)
  await inPages(
    long.page,
    long.work,
    until(() => long.state.done.length >= 3),
  )
  expect(long.state.asked).not.toContain(8)
  expect(long.state.done.length).toBeLessThan(10)
})

/** Rows that end when the test says so. */
function slowly(most: number) {
  const begun: number[] = []
  const ends = new Map<number, { end: () => void; fail: (error: Error) => void }>()
  const { page, state } = table(most)
  const work = (row: number): Promise<void> =>
    new Promise((end, fail) => {
      begun.push(row)
      ends.set(row, { end, fail })
    })
  return { page, work, begun, ends, state }
}

test('slow rows hold their own places and no page: the rest of all pages is worked on beside them', async () => {
  const { page, work, begun, ends } = slowly(12)
  const all = inPages(page, work, { atOnce: 3, isOver: () => false })
  await settled()
  expect(begun).toEqual([1, 2, 3])
  // Rows 1 and 5 do not end: every other row of the three pages begins through what is free.
  for (const row of [2, 3, 4, 6, 7, 8, 9, 10, 11]) {
    expect(begun).toContain(row)
    ends.get(row)?.end()
    await settled()
  }
  expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  for (const row of [1, 5, 12]) ends.get(row)?.end()
  await all
  expect(begun).toHaveLength(12)
})

test('a page is read for a place that is free, and not before', async () => {
  const { page, work, ends, state } = slowly(12)
  const all = inPages(page, work, { atOnce: 4, isOver: () => false })
  await settled()
  expect(state.asked).toEqual([undefined])
  ends.get(2)?.end()
  await settled()
  expect(state.asked).toEqual([undefined, 4])
  for (let row = 1; row <= 12; row++) {
    ends.get(row)?.end()
    await settled()
  }
  await all
  expect(state.asked).toEqual([undefined, 4, 8, 12])
})

test('after a fault nothing more begins, and it is thrown when what had begun has ended', async () => {
  const { page, work, begun, ends } = slowly(12)
  const ended: string[] = []
  const all = inPages(page, work, { atOnce: 3, isOver: () => false }).catch((error: unknown) => {
    ended.push(String(error))
  })
  await settled()
  ends.get(2)?.fail(new Error('gone'))
  await settled()
  ends.get(1)?.end()
  await settled()
  expect(begun).toEqual([1, 2, 3])
  expect(ended).toEqual([])
  ends.get(3)?.end()
  await all
  expect(ended).toEqual(['Error: gone'])
})

test('a page that cannot be read is asked for once', async () => {
  let asked = 0
  const broken = async (): Promise<readonly number[]> => {
    asked += 1
    throw new Error('gone')
  }
  const ended = inPages(broken, async () => undefined, { atOnce: 3, isOver: () => false })
  await expect(ended).rejects.toThrow('gone')
  expect(asked).toBe(1)
})
