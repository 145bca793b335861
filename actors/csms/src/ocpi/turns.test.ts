import { expect, test } from 'vitest'
import { turns } from './turns.ts'

test('what is done of one name is done in turn, others meanwhile, and a failure keeps nothing back', async () => {
  const inTurn = turns()
  const done: string[] = []
  let open = (): void => undefined
  const held = new Promise<void>((resolve) => {
    open = resolve
  })
  const first = inTurn('one', async () => {
    await held
    done.push('first')
    throw new Error('it failed')
  })
  const second = inTurn('one', () => Promise.resolve(void done.push('second')))
  await inTurn('other', () => Promise.resolve(void done.push('other')))
  open()
  await expect(first).rejects.toThrow('it failed')
  await second
  expect(done).toEqual(['other', 'first', 'second'])
})
