import { rmSync } from 'node:fs'
import { temporaryDir } from '@interlock/host'
import { afterAll, expect, test } from 'vitest'
import { behind } from './file-disk.ts'
import { begin } from './histories.ts'
import { killWrites, killWritesFailures, liveThrough } from './kill-writes.ts'

const dir = temporaryDir('interlock-kill-at-write')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('killed at one call to the disk of nineteen no counter goes back and no arm is used twice', async () => {
  const report = await killWrites({ dir, every: 19, say: () => {} })
  expect(killWritesFailures(report)).toEqual([])
  expect(report.deaths).toBeGreaterThan(10)
  expect(killWritesFailures({ deaths: 0, wrong: [] })).toEqual(['nothing died'])
}, 300_000)

test('a charger that acts before its memory is on the disk is found', async () => {
  const history = 'charge now, then stop'
  const from = { ...(await begin(history)), history }
  const { calls, problem: none } = await liveThrough(`${dir}/whole`, from)
  expect(none).toBeUndefined()
  expect(new Set(calls.station)).toEqual(new Set(['create', 'rename', 'syncDir', 'write', 'sync']))
  let problem: string | undefined
  for (const [index, kind] of calls.station.entries()) {
    if (kind !== 'sync' || problem !== undefined) continue
    const death = { device: 'station', call: index + 1, how: 'after' } as const
    const lived = await liveThrough(`${dir}/${index}`, from, death, { keeping: behind })
    problem = lived.problem
  }
  expect(problem).toMatch(/obeyed trigger .* twice|is lost/)
}, 240_000)
