import { spawn } from 'node:child_process'
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { openAppendFile } from './append-file.ts'
import { failingDisk } from './failing-disk.fixture.ts'
import { systemCalls } from './file-calls.ts'
import { temporaryDir } from './files.ts'
import { journalLimits, openJournal } from './journal.ts'

const dir = temporaryDir('interlock-journal')
let path = ''
let number = 0
beforeEach(() => {
  path = join(dir, `journal-${++number}`)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const kept = [{ counter: '1' }, ['two', 2], 'drei', { nested: { value: null } }]
function written(entries: readonly unknown[] = kept): Buffer {
  const journal = openJournal(path)
  for (const entry of entries) journal.append(entry)
  journal.close()
  return readFileSync(path)
}
function reopened(): readonly unknown[] {
  const journal = openJournal(path)
  journal.close()
  return journal.entries()
}

test('entries are there again, in order, when the journal is opened again', () => {
  written()
  expect(reopened()).toEqual(kept)
})

test('an entry is a copy: changing it afterwards changes nothing that is kept', () => {
  const entry = { value: 1 }
  const journal = openJournal(path)
  journal.append(entry)
  entry.value = 2
  expect(journal.entries()).toEqual([{ value: 1 }])
  journal.close()
})

test('cut short at any byte, exactly the whole entries are left, and more can be appended', () => {
  const whole = written()
  for (let size = 0; size < whole.length; size++) {
    writeFileSync(path, whole.subarray(0, size))
    const lines = whole.subarray(0, size).filter((byte) => byte === 0x0a).length
    const journal = openJournal(path)
    expect(journal.entries()).toEqual(kept.slice(0, lines))
    journal.append('after')
    journal.close()
    expect(reopened()).toEqual([...kept.slice(0, lines), 'after'])
  }
})

test('a last line of which some blocks were never written is dropped', () => {
  const whole = written()
  const last = whole.lastIndexOf(0x0a, whole.length - 2) + 1
  whole.fill(0, last + 5, whole.length - 1)
  writeFileSync(path, whole)
  expect(reopened()).toEqual(kept.slice(0, -1))
})

test('any other changed byte is damage that is named, with its line and a remedy', () => {
  const whole = written()
  for (let at = 0; at < whole.length - 1; at++) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 1
    writeFileSync(path, changed)
    const line = whole.subarray(0, at).filter((byte) => byte === 0x0a).length + 1
    expect(() => openJournal(path)).toThrow(
      expect.objectContaining({
        code: 'JournalDamaged',
        message: `${path}: line ${line} is not what was written`,
        remedy: expect.any(String),
      }),
    )
    expect(readFileSync(path)).toEqual(changed)
  }
})

test.each([
  ['taken out', (lines: string[]) => lines.filter((_, i) => i !== 1)],
  ['swapped', ([a, b, ...rest]: string[]) => [b, a, ...rest]],
  ['repeated', ([a, b, ...rest]: string[]) => [a, b, b, ...rest]],
])('lines that are %s are damage', (_words, change) => {
  const lines = written().toString().split('\n')
  writeFileSync(path, change(lines).join('\n'))
  expect(() => openJournal(path)).toThrow(expect.objectContaining({ code: 'JournalDamaged' }))
})

test.each(['ENOSPC', 'EDQUOT', 'EIO'])('after %s half-way nothing of the entry is left', (code) => {
  const disk = failingDisk()
  const journal = openJournal(path, disk)
  journal.append('first')
  disk.fails.write = code
  disk.writtenBytes = 7
  expect(() => journal.append('second')).toThrow(
    expect.objectContaining({
      code: code === 'EIO' ? 'DiskFailed' : 'DiskFull',
      message: expect.stringContaining(path),
      remedy: expect.stringContaining('nothing was acted on'),
    }),
  )
  expect(journal.entries()).toEqual(['first'])
  delete disk.fails.write
  journal.append('third')
  journal.close()
  expect(reopened()).toEqual(['first', 'third'])
})

test('after a failed sync nothing more is taken until the journal is read again', () => {
  const disk = failingDisk()
  const journal = openJournal(path, disk)
  disk.fails.sync = 'EIO'
  expect(() => journal.append('first')).toThrow(expect.objectContaining({ code: 'DiskFailed' }))
  delete disk.fails.sync
  expect(() => journal.append('second')).toThrow(expect.objectContaining({ code: 'DiskFailed' }))
  expect(journal.entries()).toEqual([])
  journal.close()
})

test('what cannot be cut back is not appended to', () => {
  const disk = failingDisk()
  const journal = openJournal(path, disk)
  journal.append('first')
  Object.assign(disk.fails, { write: 'ENOSPC', cut: 'EIO' })
  disk.writtenBytes = 3
  expect(() => journal.append('second')).toThrow(expect.objectContaining({ code: 'DiskFull' }))
  delete disk.fails.write
  expect(() => journal.append('third')).toThrow(expect.objectContaining({ code: 'DiskFull' }))
  journal.close()
  expect(reopened()).toEqual(['first'])
})

test.runIf(process.platform === 'linux')('a disk that is really full is named', () => {
  symlinkSync('/dev/full', path)
  const file = openAppendFile(path)
  expect(() => file.append(new Uint8Array(8))).toThrow(
    expect.objectContaining({ code: 'DiskFull' }),
  )
  file.close()
})

test('every append is on the disk before it returns', () => {
  const disk = failingDisk()
  const journal = openJournal(path, disk)
  for (const entry of kept) journal.append(entry)
  expect(disk.syncs).toBe(kept.length)
  journal.close()
})

test('rewriting replaces everything, and appending goes on after it', () => {
  const journal = openJournal(path)
  for (const entry of kept) journal.append(entry)
  journal.rewrite(['only'])
  expect(journal.entries()).toEqual(['only'])
  journal.append('more')
  journal.close()
  expect(reopened()).toEqual(['only', 'more'])
})

test('entries are read where they are kept: nothing of them stays in memory', () => {
  const journal = openJournal(path)
  journal.append('first')
  const content = readFileSync(path)
  writeFileSync(path, '')
  expect(journal.entries()).toEqual([])
  writeFileSync(path, content)
  expect(journal.entries()).toEqual(['first'])
  journal.close()
})

const memoryOnly = { write: (_: number, bytes: Uint8Array) => bytes.length, sync: () => {} }

test.each([
  ['entries', 'x', journalLimits.entriesMax],
  ['bytes', 'x'.repeat(journalLimits.bytesMax / 8), 8],
])('a journal is long after so many %s, until it is written anew', (_words, entry, times) => {
  const journal = openJournal(path, { ...systemCalls, ...memoryOnly })
  for (let round = 0; round < 2; round++) {
    for (let left = times; left > 0; left--) {
      expect(journal.isLong).toBe(false)
      journal.append(entry)
    }
    expect(journal.isLong).toBe(true)
    journal.rewrite([entry])
  }
  journal.close()
})

test('a journal written anew with much in it is long when as much again was appended', () => {
  const much = 'x'.repeat(journalLimits.bytesMax)
  const journal = openJournal(path, { ...systemCalls, ...memoryOnly })
  journal.rewrite([much, much])
  journal.append(much)
  expect(journal.isLong).toBe(false)
  journal.append(much)
  expect(journal.isLong).toBe(true)
  journal.close()
})

test('a closed journal takes nothing', () => {
  const journal = openJournal(path)
  journal.close()
  journal.close()
  expect(() => journal.append('late')).toThrow(expect.objectContaining({ code: 'FileClosed' }))
})

test('a folder that is missing is named', () => {
  expect(() => openJournal(join(dir, 'missing', 'journal'))).toThrow(
    expect.objectContaining({ code: 'FileMissing' }),
  )
})

test('killed at any moment, everything that was said to be kept is kept', async () => {
  const script = new URL('journal.fixture.ts', import.meta.url).pathname
  let promised = -1
  for (const millis of [0, 3, 8, 15, 30, 60]) {
    const child = spawn(process.execPath, ['--import', 'tsx', script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), millis)
      said += text
    })
    await new Promise((resolve) => child.once('close', resolve))
    promised = Number(said.split('\n').at(-2) ?? promised)
    const entries = reopened() as { next: number }[]
    expect(entries.map(({ next }) => next)).toEqual(entries.map((_, i) => i))
    expect(entries.length).toBeGreaterThan(promised)
    expect(entries.length).toBeLessThanOrEqual(promised + 2)
  }
  expect(promised).toBeGreaterThan(10)
})
