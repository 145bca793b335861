import { expect, test } from 'vitest'
import { inTurn, inTurnByKey, type InTurn } from './in-turn.ts'

const held = () => {
  let release: () => void = () => {}
  const waiting = new Promise<void>((resolve) => (release = resolve))
  return { waiting, release }
}

const byKey = inTurnByKey<string>()
const keyed: InTurn = (work) => byKey('a', work)

test.each([
  ['of one key', keyed],
  ['without keys', inTurn()],
])('work %s waits for the work before it, also when that fails', async (_kind, turn) => {
  const order: string[] = []
  const first = held()
  const one = turn(async () => {
    await first.waiting
    order.push('one')
    throw new Error('gone')
  })
  const two = turn(() => Promise.resolve(order.push('two')))
  const failed = expect(one).rejects.toThrow('gone')
  first.release()
  await failed
  expect(await two).toBe(2)
  expect(order).toEqual(['one', 'two'])
})

test('work of different keys does not wait', async () => {
  const turn = inTurnByKey<string>()
  const first = held()
  const one = turn('a', () => first.waiting)
  expect(await turn('b', () => Promise.resolve('done'))).toBe('done')
  first.release()
  await one
})
