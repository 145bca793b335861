import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSecret, readText } from './read-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'interlock-read-'))
afterAll(() => {
  rmSync(dir, { recursive: true })
})
const file = (name: string, mode: number): string => {
  const path = join(dir, name)
  writeFileSync(path, 'content', { mode })
  return path
}

test('a text and a secret of its owner alone are read', () => {
  expect(readText(file('text', 0o644))).toBe('content')
  expect(readSecret(file('secret', 0o600))).toBe('content')
})

test('a secret that others may read, and a file that is not there, are named', () => {
  const shared = file('shared', 0o640)
  expect(() => readSecret(shared)).toThrow(shared)
  expect(() => readText(join(dir, 'absent'))).toThrow(/absent: cannot be read/)
})

test('a device that has no size is read no further than the limit', () => {
  expect(() => readText('/dev/zero')).toThrow('/dev/zero: is larger than 4194304 bytes')
  expect(readText('/dev/null')).toBe('')
})

test('the remedy fits whoever named the file, at the command line too', () => {
  expect(() => readText(join(dir, 'absent'))).toThrow(
    expect.objectContaining({ remedy: 'check the path, and that the file is there and readable' }),
  )
})
