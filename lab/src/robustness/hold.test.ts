import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { expect, test } from 'vitest'
import { filesRefusal } from './fleet.ts'
import { hold, holdFailures } from './hold.ts'

test('every station that one process holds is answered, and is reached', async () => {
  const dir = temporaryDir('interlock-hold')
  try {
    const report = await hold({ dir, stations: 40, say: () => {} })
    expect(holdFailures(report)).toEqual([])
    expect(report).toMatchObject({ stations: 40, sessions: 40, answered: 40, reached: 40 })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}, 240_000)

test('a process that may not have so many files open is told what to do', () => {
  const refusal = filesRefusal('1024', 10_512)
  expect(refusal?.message).toBe('a process may open 1024 files here, and 10512 are needed')
  expect(refusal?.remedy).toContain('ulimit -Hn 10512')
  expect(filesRefusal('unlimited', 10_512)).toBeUndefined()
  expect(filesRefusal('10512', 10_512)).toBeUndefined()
})
