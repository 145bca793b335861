import { expect, test } from 'vitest'
import { inPages } from './in-pages.ts'

const pageRows = 4
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
    await Promise.resolve()
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
