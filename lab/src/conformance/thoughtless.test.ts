import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { describe, expect, test } from 'vitest'
import { csmsCases } from './cases/csms/index.ts'
import { stationCases } from './cases/station/index.ts'
import { runConformance } from './conformance.ts'
import type { Role } from './verdict.ts'

/** A slice of the cases against the built-in peers; the command runs them all. */
const every = 4
const sliceOf = (cases: readonly { readonly id: string }[]): string[] =>
  cases.filter((_case, index) => index % every === 0).map(({ id }) => id)
const slice = sliceOf(csmsCases)

/** Nobody waits in a test for what a peer of this process does not do. */
const stepMillisShort = 400
/** For steps that must be passed, on a machine that does something else too. */
const stepMillisLong = 4_000

const run = async (
  target: 'null' | 'relay',
  ids = slice,
  role: Role = 'csms',
  stepMillisMax = stepMillisShort,
) => {
  const dir = temporaryDir('interlock-conformance')
  try {
    const options = { role, target, dir, ids, stepMillisMax, say: () => {} } as const
    return await runConformance({ ...options, concurrency: 16 })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

describe('cases test something', () => {
  test.each(['null', 'relay'] as const)(
    'a peer that thinks nothing (%s) passes none of the slice, and no case breaks',
    async (target) => {
      const { cases } = await run(target)
      const passed = cases.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id)
      expect(passed).toEqual([])
      expect(cases.filter(({ reason }) => reason.startsWith('the runner broke'))).toEqual([])
    },
    60_000,
  )

  test('a station that thinks nothing passes none of the slice, and no case breaks', async () => {
    const { cases } = await run('null', sliceOf(stationCases), 'station')
    expect(cases.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id)).toEqual([])
    expect(cases.filter(({ reason }) => reason.startsWith('the runner broke'))).toEqual([])
  }, 240_000)

  test('a peer that relays is failed by what it does not know, not by what it does not send', async () => {
    const ids = ['TC_B_20_CSMS', 'TC_B_25_CSMS']
    const { cases } = await run('relay', ids, 'csms', stepMillisLong)
    const [last] = cases.flatMap(({ steps }) => steps.slice(-1))
    expect(last).toMatchObject({ says: 'the CSMS knows: the station', verdict: 'failed' })
    const sent = cases.map(({ steps }) => steps.find(({ says }) => says === 'Reset comes')?.verdict)
    expect(sent).toEqual(['passed', 'passed'])
  }, 240_000)
})
