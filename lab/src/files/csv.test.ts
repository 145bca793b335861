import { rmSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { temporaryDir } from '@interlock/host'
import { afterAll, expect, test } from 'vitest'
import { readText } from './csv.ts'

const dir = temporaryDir('interlock-csv')
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(`${dir}/${name}`, bytes)
  return `${dir}/${name}`
}

test('a file is read as it is, or unpacked', () => {
  const bytes = Buffer.from('50.0\n')
  expect(readText(file('a.csv', bytes))).toBe('50.0\n')
  expect(readText(file('a.csv.gz', gzipSync(bytes)))).toBe('50.0\n')
})

test.each([
  ['that is not there', () => `${dir}/none`, /cannot read/],
  ['that is a folder', () => dir, /cannot read/],
  [
    'cut short',
    () => file('cut.gz', gzipSync('50.0\n'.repeat(99)).subarray(0, -4)),
    /no whole gzip/,
  ],
  ['that is no gzip', () => file('text.gz', Buffer.from('50.0')), /no whole gzip/],
  [
    'that unpacks to more than is read',
    () => file('bomb.gz', gzipSync(Buffer.alloc(65 * 1024 * 1024))),
    /larger than 64 MiB/,
  ],
])('a file %s is refused in words of its own', (_, path, words) => {
  expect(() => readText(path())).toThrow(words)
})
