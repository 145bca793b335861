import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { expect, test } from 'vitest'
import { stationCases } from '../cases/station/index.ts'
import { runConformance } from '../conformance.ts'

/** A slice of the cases against our own station, of every block; the command runs them all. */
const every = 25
/** On a machine that does something else too. */
const stepMillisMax = 30_000

test('our own station is run against a slice of the cases, each to its end', async () => {
  const dir = temporaryDir('interlock-conformance')
  try {
    const ids = stationCases.filter((_case, index) => index % every === 0).map(({ id }) => id)
    const options = { role: 'station', target: 'self', dir, ids, stepMillisMax } as const
    const run = await runConformance({ ...options, say: () => {} })
    expect(run.cases.filter(({ reason }) => reason.startsWith('the runner broke'))).toEqual([])
    expect(run.cases.filter(({ verdict }) => verdict !== 'passed')).toEqual([])
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}, 240_000)
