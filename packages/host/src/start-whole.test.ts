import { expect, test } from 'vitest'
import { startWhole, type Closers } from './start-whole.ts'

const opening = (closed: string[]) => async (closers: Closers) => {
  for (const name of ['audit', 'database', 'server'])
    closers.push(async () => {
      await Promise.resolve()
      closed.push(name)
    })
  return { port: 1 }
}

test('what was opened is closed, the last first, and once', async () => {
  const closed: string[] = []
  const running = await startWhole(opening(closed))
  expect(running.port).toBe(1)
  expect(closed).toEqual([])
  await running.close()
  await running.close()
  expect(closed).toEqual(['server', 'database', 'audit'])
})

test('a start that fails leaves nothing open', async () => {
  const closed: string[] = []
  const failing = startWhole(async (closers) => {
    await opening(closed)(closers)
    throw new Error('the port is taken')
  })
  await expect(failing).rejects.toThrow('the port is taken')
  expect(closed).toEqual(['server', 'database', 'audit'])
})
