import { expect, test } from 'vitest'
import { createPlaces } from './places.ts'

/** Until nothing more begins by itself. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 50; turns++) await Promise.resolve()
}

test('so many at once, and the others in their order as places come free, also after a failure', async () => {
  const placed = createPlaces(2)
  const begun: number[] = []
  const ends = new Map<number, (error?: Error) => void>()
  const all = [1, 2, 3, 4].map((number) =>
    placed(() => {
      begun.push(number)
      return new Promise<number>((resolve, reject) =>
        ends.set(number, (error) => (error === undefined ? resolve(number) : reject(error))),
      )
    }),
  )
  const ended = Promise.allSettled(all)
  await settled()
  expect(begun).toEqual([1, 2])
  ends.get(2)?.(new Error('gone'))
  await settled()
  expect(begun).toEqual([1, 2, 3])
  ends.get(1)?.()
  await settled()
  expect(begun).toEqual([1, 2, 3, 4])
  for (const number of [3, 4]) ends.get(number)?.()
  expect((await ended).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  // All places are free again.
  expect(await Promise.all([placed(async () => 5), placed(async () => 6)])).toEqual([5, 6])
})
