import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readText, temporaryDir } from '@interlock/host'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { buildCommand } from './build-command.mjs'

const root = temporaryDir('interlock-build-command')
afterAll(() => rmSync(root, { recursive: true, force: true }))

const write = (path: string, text: string): void => writeFileSync(join(root, path), text)
const says = (word: string): void =>
  write('cli/src/word.ts', `export const word: string = '${word}'`)

/** A command of two files and what lies beside them. No tsx is installed, so its sources alone do not run. */
beforeAll(async () => {
  const bin = fileURLToPath(new URL('../cli/bin', import.meta.url))
  cpSync(bin, join(root, 'cli/bin'), { recursive: true })
  mkdirSync(join(root, 'cli/src'))
  write('package-lock.json', '{}')
  write('cli/package.json', '{ "name": "interlock", "type": "module" }')
  write('cli/src/beside.txt', 'found')
  says('first')
  write(
    'cli/src/main.ts',
    `import { readFileSync } from 'node:fs'
     import { word } from './word.ts'
     export async function main() {
       const beside = readFileSync(new URL('beside.txt', import.meta.url), 'utf8')
       process.stdout.write(\`\${word} \${beside}\`)
       return 0
     }`,
  )
  expect(await buildCommand(root)).toBe('built')
})

/** What the command prints; it ends with 3 where neither what was built nor its sources can be run. */
const run = async (): Promise<unknown> => {
  const ran = promisify(execFile)(process.execPath, [join(root, 'cli/bin/interlock.mjs')])
  return ran.then(
    ({ stdout }) => stdout,
    (error: { readonly code: unknown }) => error.code,
  )
}

test('what is built runs, and finds what lies beside its sources', async () => {
  expect(await run()).toBe('first found')
  expect(await buildCommand(root)).toBe('up to date')
})

test('what was built from a source that has changed since is never run', async () => {
  const path = join(root, 'cli/src/word.ts')
  const { atime, mtime, size } = statSync(path)
  says('other')
  utimesSync(path, atime, mtime)
  expect(statSync(path)).toMatchObject({ mtime, size })
  expect(await run()).toBe(3)
  says('first')
  expect(await run()).toBe('first found')

  write('package-lock.json', '{ }')
  expect(await run()).toBe(3)
  write('package-lock.json', '{}')
  const manifest = readText(join(root, 'cli/package.json'))
  write('cli/package.json', `${manifest} `)
  expect(await run()).toBe(3)
  write('cli/package.json', manifest)
  rmSync(path)
  expect(await run()).toBe(3)
  says('first')
  expect(await run()).toBe('first found')
})

test('built anew it is the new one, and what runs meanwhile keeps its files until the next', async () => {
  const dist = join(root, 'cli/dist')
  const built = (): readonly string[] => readdirSync(dist).filter((name) => name.length === 64)
  const [first = ''] = built()
  says('second')
  expect(await buildCommand(root)).toBe('built')
  expect(await run()).toBe('second found')
  expect(built()).toHaveLength(2)
  expect(built()).toContain(first)
  says('third')
  expect(await buildCommand(root)).toBe('built')
  expect(await run()).toBe('third found')
  expect(built()).toHaveLength(2)
  expect(built()).not.toContain(first)
  expect(readdirSync(dist)).toHaveLength(3)
})

test('a list that is not whole is none', async () => {
  const list = join(root, 'cli/dist/sources.json')
  const whole = readText(list)
  writeFileSync(list, whole.slice(0, 40))
  expect(await run()).toBe(3)
  expect(await buildCommand(root)).toBe('built')
  expect(await run()).toBe('third found')
})

test('what would be another thing where it is built is refused', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => void vi.restoreAllMocks())
  write('cli/src/word.ts', 'export const word = import.meta.filename')
  await expect(buildCommand(root)).rejects.toThrow('word.ts: of import.meta there is the url')
})
