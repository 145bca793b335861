import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { expect, test } from 'vitest'
import { storm, stormFailures } from './storm.ts'

test('every station whose connection was reset boots again at once, and is reached there', async () => {
  const dir = temporaryDir('interlock-storm')
  try {
    const report = await storm({ dir, stations: 60, say: () => {} })
    expect(stormFailures(report)).toEqual([])
    expect(report).toMatchObject({ stations: 60, sessions: 60, answered: 60, reached: 60 })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}, 240_000)
