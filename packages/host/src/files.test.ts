import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { claimFolder } from './claim.ts'
import { diskFault } from './disk-fault.ts'
import { ensureDir, temporaryDir, writeAtomic } from './files.ts'
import { processStart } from './processes.ts'

const dir = temporaryDir('interlock-files')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const modeOf = (path: string): number => statSync(path).mode & 0o777

test('a file is replaced whole, with the mode asked for, and nothing is left beside it', () => {
  const path = join(dir, 'replaced', 'file')
  ensureDir(join(dir, 'replaced'))
  writeAtomic(path, 'old')
  writeAtomic(path, 'new', 0o644)
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(modeOf(path)).toBe(0o644)
  expect(readdirSync(join(dir, 'replaced'))).toEqual(['file'])
})

test('when it cannot be written the old content stays', () => {
  const path = join(dir, 'kept')
  writeAtomic(path, 'old')
  mkdirSync(`${path}.draft`)
  expect(() => writeAtomic(path, 'new')).toThrow()
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('a secret is written for its owner only, and a folder lets others through but not look', () => {
  writeAtomic(join(dir, 'secret'), 'x')
  expect(modeOf(join(dir, 'secret'))).toBe(0o600)
  ensureDir(join(dir, 'one', 'two'))
  expect(modeOf(join(dir, 'one', 'two')) & 0o066).toBe(0)
  expect(modeOf(dir)).toBe(0o711)
})

test.each([
  ['ENOSPC', 'DiskFull'],
  ['EDQUOT', 'DiskFull'],
  ['EIO', 'DiskFailed'],
  ['EROFS', 'FileDenied'],
  ['EACCES', 'FileDenied'],
  ['ENOENT', 'FileMissing'],
  ['EWHATEVER', 'DiskFailed'],
])('%s is the Fault %s, which names the file and says what to do', (code, expected) => {
  const cause = Object.assign(new Error(code), { code })
  const fault = diskFault('/data/journal', cause)
  expect(fault).toMatchObject({ code: expected, cause, remedy: expect.any(String) })
  expect(fault.message).toContain('/data/journal')
})

test('a folder is claimed once, and again when it has been given back', () => {
  const folder = join(dir, 'claimed')
  const giveBack = claimFolder(folder)
  expect(() => claimFolder(folder)).toThrow(
    expect.objectContaining({ code: 'FolderInUse', message: expect.stringContaining(folder) }),
  )
  giveBack()
  giveBack()
  expect(existsSync(join(folder, 'in-use-by.json'))).toBe(false)
  claimFolder(folder)()
})

test.each([
  ['a process that is gone', { pid: 2 ** 22 + 1, started: '1' }],
  ['an earlier process with the same number', { pid: process.ppid, started: 'earlier' }],
  ['nobody', 'not JSON'],
])('the claim of %s counts for nothing', (_words, claim) => {
  const folder = join(dir, 'stale')
  ensureDir(folder)
  const text = typeof claim === 'string' ? claim : JSON.stringify(claim)
  writeFileSync(join(folder, 'in-use-by.json'), text)
  claimFolder(folder)()
})

test('the claim of a process that is alive holds', () => {
  const folder = join(dir, 'alive')
  ensureDir(folder)
  const claim = { pid: process.ppid, started: processStart(process.ppid) }
  writeFileSync(join(folder, 'in-use-by.json'), JSON.stringify(claim))
  expect(() => claimFolder(folder)).toThrow(`process ${process.ppid} is using`)
})

test('a process has a start while it lives, and none without a number', () => {
  expect(processStart(process.pid)).toBe(processStart(process.pid))
  expect([0, -1, 1.5, Number.NaN].map(processStart)).toEqual(Array(4).fill(undefined))
})
