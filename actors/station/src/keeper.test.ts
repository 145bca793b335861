import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { journalLimits, openJournal, temporaryDir } from '@interlock/host'
import { instant } from '@interlock/kernel'
import { afterAll, expect, test } from 'vitest'
import { createKeeper } from './keeper.ts'

const dir = temporaryDir('interlock-keeper')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('a station told large things again and again keeps the last of them, and a file of bounded size', () => {
  const path = join(dir, 'journal.jsonl')
  const at = instant(0)
  const large = journalLimits.bytesMax / 4
  const keeper = createKeeper(openJournal(path), at)
  const sizes = Array.from({ length: 16 }, (_, number) => {
    keeper.commit({ set: { variables: { number, large: 'x'.repeat(large) } } })
    return statSync(path).size
  })
  keeper.close()
  expect(Math.max(...sizes)).toBeLessThan(journalLimits.bytesMax + 2 * large + 10_000)
  expect(createKeeper(openJournal(path), at).memory.variables.number).toBe(15)
})
