import { expect, test } from 'vitest'
import { inTurn } from './in-turn.ts'

const held = () => {
  let release: () => void = () => {}
  const waiting = new Promise<void>((resolve) => (release = resolve))
  return { waiting, release }
}

test('work of one key waits for the work before it, also when that fails', async () => {
  const turn = inTurn()
  const order: string[] = []
  const first = held()
  const one = turn('a', async () => {
    await first.waiting
    order.push('one')
    throw new Error('gone')
  })
  const two = turn('a', () => Promise.resolve(order.push('two')))
  const failed = expect(one).rejects.toThrow('gone')
  first.release()
  await failed
  await two
  expect(order).toEqual(['one', 'two'])
})

test('work of different keys does not wait', async () => {
  const turn = inTurn()
  const first = held()
  const one = turn('a', () => first.waiting)
  expect(await turn('b', () => Promise.resolve('done'))).toBe('done')
  first.release()
  await one
})
