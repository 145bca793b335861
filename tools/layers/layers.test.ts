import { expect, test } from 'vitest'
import {
  importsDeclared,
  importsLower,
  importsPermitted,
  importsStayInside,
  shortEnough,
  thirdPartyAllowed,
  unusedDependencies,
  withoutNode,
  type Rule,
} from './rules.ts'
import { importsOf, manifest, parts, sourcesOf, tools, type Part, type Source } from './sources.ts'
import { layers, linesMax } from './table.ts'

const all = parts()
const sources = all.flatMap(sourcesOf)
const dev = Object.keys(manifest('.').devDependencies ?? {})
const broken = (rule: Rule, of: readonly Source[] = sources): string[] => of.flatMap(rule)

test('every part has its place in the layers, once', () => {
  const placed = layers.flat()
  expect(new Set(placed).size).toBe(placed.length)
  expect(all.map((part) => part.name).filter((name) => !placed.includes(name))).toEqual([])
})

test('imports go to strictly lower layers; actors never import actors', () => {
  expect(broken(importsLower)).toEqual([])
})

test('every import is declared in the part’s package.json', () => {
  expect(broken(importsDeclared(dev))).toEqual([])
})

test('every declared dependency is imported', () => {
  const unused = all.flatMap((part) =>
    unusedDependencies(
      part,
      sources.filter((source) => source.part === part),
    ),
  )
  expect(unused).toEqual([])
})

test('third-party packages are those on the list', () => {
  expect(broken(thirdPartyAllowed)).toEqual([])
})

test('Node appears only in the host, main.ts, config.ts, lab, cli and tools', () => {
  expect(broken(withoutNode)).toEqual([])
})

test('relative imports stay inside their part and carry their extension', () => {
  expect(broken(importsStayInside)).toEqual([])
})

test('imports that security forbids do not occur', () => {
  expect(broken(importsPermitted)).toEqual([])
})

test(`no file is longer than ${linesMax} lines`, () => {
  expect(broken(shortEnough, [...sources, ...sourcesOf(tools)])).toEqual([])
})

/** A source that is not on disk, to see each rule refuse. */
function imagined(name: string, text: string, change: Partial<Source & Part> = {}): Source {
  const part = { name, folder: `packages/${name}`, dependencies: change.dependencies ?? [] }
  const path = change.path ?? `${part.folder}/src/index.ts`
  return { part, path, text, isTest: change.isTest ?? false }
}

test('imports are seen in every form', () => {
  const text = `import 'a'
import type { B } from 'b'
export * from 'c'
import {
  d,
} from '@d/d/deep'
const e = await import('node:e')
// import from 'not this'
`
  expect(importsOf(text)).toEqual(['a', 'b', 'c', '@d/d/deep', 'node:e'])
})

test.each<[string, Rule, Source]>([
  ['a higher layer', importsLower, imagined('kernel', "import '@interlock/gate'")],
  ['its own layer', importsLower, imagined('correlate', "import '@interlock/gbcs'")],
  ['another actor', importsLower, imagined('station', "import '@interlock/csms'")],
  ['a part without a place', importsLower, imagined('station', "import '@interlock/other'")],
  [
    'another actor in a test',
    importsLower,
    imagined('station', "import '@interlock/csms'", { isTest: true }),
  ],
  ['what it does not declare', importsDeclared(['vitest']), imagined('gate', "import 'typebox'")],
  ['a tool outside tests', importsDeclared(['vitest']), imagined('gate', "import 'vitest'")],
  ['what is not on its list', thirdPartyAllowed, imagined('gate', "import 'left-pad'")],
  ['Node', withoutNode, imagined('gate', "import 'node:fs'")],
  ['a global of Node', withoutNode, imagined('gate', 'process.exit(1)')],
  ['bytes of Node', withoutNode, imagined('gate', 'Buffer.from([])')],
  ['another part’s file', importsStayInside, imagined('gate', "import '../../seal/src/jws.ts'")],
  ['a file without extension', importsStayInside, imagined('gate', "import './gate'")],
  ['the seal, for a broker', importsPermitted, imagined('broker', "import '@interlock/seal'")],
  ['too much at once', shortEnough, imagined('gate', 'x\n'.repeat(linesMax + 1))],
])('a part may not import %s', (_what, rule, source) => {
  expect(rule(source)).toHaveLength(1)
})

test.each<[string, Rule, Source]>([
  ['a lower layer', importsLower, imagined('gate', "import '@interlock/kernel'")],
  ['itself, by name', importsLower, imagined('gate', "import '@interlock/gate'")],
  [
    'the host in a test',
    importsLower,
    imagined('gbcs', "import '@interlock/host'", { isTest: true }),
  ],
  [
    'what it declares',
    importsDeclared([]),
    imagined('gate', "import 'typebox/value'", { dependencies: ['typebox'] }),
  ],
  [
    'Node in main.ts',
    withoutNode,
    imagined('station', "import 'node:fs'", { path: 'src/main.ts' }),
  ],
  ['a word like process', withoutNode, imagined('gate', "const process = 'Buffer.from'")],
])('a part may import %s', (_what, rule, source) => {
  expect(rule(source)).toEqual([])
})

test('a dependency that nothing imports is named', () => {
  const source = imagined('gate', "import 'typebox'", { dependencies: ['typebox', 'ws'] })
  expect(unusedDependencies(source.part, [source])).toEqual([
    'packages/gate/package.json: ws is declared and not imported',
  ])
})
