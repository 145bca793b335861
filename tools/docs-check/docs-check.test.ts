import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { links, names, paths, scripts } from './checks.ts'
import { anchorOf, documents, root, sourceText } from './documents.ts'

const all = documents()
const source = sourceText()
const workspace = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
const known = Object.keys(workspace.scripts)

test('every link in the documents leads somewhere', () => {
  expect(all.flatMap(links)).toEqual([])
})

test('every path named in the documents exists', () => {
  expect(all.flatMap(paths)).toEqual([])
})

test('every command named in the documents exists', () => {
  expect(all.flatMap(scripts(known))).toEqual([])
})

test('every refusal reason, message and limit named in the documents is in the code', () => {
  expect(all.flatMap(names(source))).toEqual([])
})

const written = (text: string) => ({ path: 'docs/imagined.md', text })

test.each<[string, (of: ReturnType<typeof written>) => string[], string]>([
  ['a dead link', links, 'see [there](nowhere.md)'],
  ['a dead anchor', links, '# Here\n[there](#elsewhere)'],
  ['a dead link to a folder above', links, '[there](../nowhere/)'],
  ['a path that is gone', paths, 'in `packages/nowhere/src/index.ts`'],
  ['a script that is gone', scripts(['test']), '`npm run nothing`'],
  ['a command that is gone', scripts(['test']), '```\nnpm ci && npm start\n```'],
  ['a reason that is gone', names('NotArmed'), 'refused `NotArmedAnyMore`'],
  ['a limit that is gone', names('frameBytesMax'), 'at most `limits.queueBytesMax`'],
])('%s is found', (_what, check, text) => {
  expect(check(written(text))).toHaveLength(1)
})

test.each<[string, (of: ReturnType<typeof written>) => string[], string]>([
  ['a link to a heading', links, '# The way: here\n[there](#the-way-here)'],
  ['a link to the web', links, '[there](https://example.org)'],
  ['a path in this repository', paths, '`tools/docs-check`'],
  ['a path that stands for many', paths, '`actors/*/src`'],
  ['a script', scripts(['test', 'bench']), '`npm test` and `npm run bench`'],
  ['a reason', names('NotArmed'), '`NotArmed`'],
  ['a limit', names('frameBytesMax'), '`limits.frameBytesMax`'],
  ['a word that is no name', names(''), '`Charge`, `csms`'],
])('%s passes', (_what, check, text) => {
  expect(check(written(text))).toEqual([])
})

test('an anchor is the heading in small letters with dashes', () => {
  expect(anchorOf(' What `gate` says: yes ')).toBe('what-gate-says-yes')
})
