import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { expect, test } from 'vitest'
import { kill, killFailures } from './kill.ts'

test('every acknowledged event survives a SIGKILL once, and each transaction closes in order', async () => {
  const dir = temporaryDir('interlock-kill')
  try {
    const report = await kill({ dir, kills: 1, stations: 20, say: () => {} })
    expect(killFailures(report)).toEqual([])
    expect(report.transactions).toBeGreaterThanOrEqual(20)
    expect(report.acknowledged).toBeGreaterThan(20)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}, 240_000)
