import { existsSync } from 'node:fs'
import { temporaryDir, writeAtomic } from '@interlock/host'
import { expect, test } from 'vitest'
import { forgetReadings } from './forget-readings.ts'

test('what an earlier release kept of the cards at homes is removed, and that is recorded once', () => {
  const dir = temporaryDir('forget-readings')
  const kept = ['readings.journal', 'halfHours.journal', 'proofs.journal']
  for (const file of kept) writeAtomic(`${dir}/${file}`, '{}\n')
  const records: unknown[] = []
  const audit = { record: (kind: string, of: object) => void records.push([kind, of]) }
  for (let start = 0; start < 2; start++) forgetReadings(dir, audit as never)
  expect(kept.map((file) => existsSync(`${dir}/${file}`))).toEqual([false, true, true])
  expect(records).toEqual([
    [
      'RecordsForgotten',
      { file: 'readings.journal', why: expect.stringContaining('no ground') as string },
    ],
  ])
})
