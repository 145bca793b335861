import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { expect, test } from 'vitest'
import { runConformance } from '../conformance.ts'

/** One case of each kind; the command runs them all. */
const slice = [
  'TC_A_03_CSMS',
  'TC_B_06_CSMS',
  'TC_B_20_CSMS',
  'TC_C_39_CSMS',
  'TC_D_01_CSMS',
  'TC_E_07_CSMS',
  'TC_K_01_CSMS',
  'TC_K_04_CSMS',
  'TC_P_02_CSMS',
]

/** On a machine that does something else too. */
const stepMillisMax = 30_000

test('our own CSMS passes a slice of the cases, with all it stands on', async () => {
  const dir = temporaryDir('interlock-conformance')
  try {
    const options = { role: 'csms', target: 'self', dir, ids: slice, stepMillisMax } as const
    const { cases, total } = await runConformance({ ...options, say: () => {} })
    expect(cases.filter(({ verdict }) => verdict !== 'passed')).toEqual([])
    expect(total).toBe(slice.length)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}, 240_000)
