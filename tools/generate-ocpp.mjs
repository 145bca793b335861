/**
 * OCPP 2.0.1 validators and types, generated from the schemas that npm carries. They are © Open
 * Charge Alliance under CC BY-ND 4.0, so no modified copy is committed: the output is ignored by git.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '../packages/ocpp/generated')
const require = createRequire(join(here, '../packages/ocpp/package.json'))
const schemaPath = require.resolve('ocpp-rpc/lib/schemas/ocpp2_0_1.json')

/** @returns {Promise<string>} what was done, for the log */
export async function generateOcpp() {
  const stamp = `// ${inputsDigest()}\n`
  if (isCurrent(stamp)) return 'validators and types are up to date'
  const { definitions, actions } = collect(JSON.parse(readFileSync(schemaPath, 'utf8')))
  mkdirSync(target, { recursive: true })
  write('validators.d.ts', stamp + validatorTypes)
  write('messages.ts', stamp + (await types(definitions, actions)))
  write('validators.js', stamp + validators(definitions, actions))
  return `${actions.length} actions, ${Object.keys(definitions).length} definitions generated`
}

/** Anything that changes the output changes this. */
function inputsDigest() {
  const hash = createHash('sha256')
  for (const path of [schemaPath, fileURLToPath(import.meta.url)]) hash.update(readFileSync(path))
  for (const name of ['ajv', 'json-schema-to-typescript']) {
    hash.update(require(`${name}/package.json`).version)
  }
  return hash.digest('hex')
}

function isCurrent(stamp) {
  return ['validators.d.ts', 'messages.ts', 'validators.js'].every((name) => {
    const path = join(target, name)
    return existsSync(path) && readFileSync(path, 'utf8').startsWith(stamp)
  })
}

/** Renamed into place, so that an interrupted run leaves no half file. */
function write(name, text) {
  const path = join(target, name)
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

/** One table of definitions for all messages; the schemas repeat them in every file. */
function collect(schemas) {
  const definitions = {}
  const actions = new Set()
  for (const schema of schemas) {
    const [, action, direction] = /^urn:(\w+)\.(req|conf)$/.exec(schema.$id) ?? []
    if (action === undefined) throw new Error(`unexpected schema id ${schema.$id}`)
    actions.add(action)
    for (const [name, definition] of Object.entries(schema.definitions ?? {})) {
      add(definitions, name, plain(definition))
    }
    const { properties = {}, required = [], additionalProperties } = schema
    const message = { type: 'object', properties, required, additionalProperties }
    add(definitions, action + (direction === 'req' ? 'Request' : 'Response'), plain(message))
  }
  // Part 4 errata 2023-12: the schema says 5600.
  definitions.Get15118EVCertificateResponse.properties.exiResponse.maxLength = 7500
  return { definitions, actions: [...actions] }
}

function add(definitions, name, definition) {
  const known = definitions[name]
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
    throw new Error(`two schemas define ${name} differently`)
  }
  definitions[name] = definition
}

const silent = new Set(['description', 'default', 'additionalItems', 'javaType'])

/** Without prose, defaults (they are documentation) and keywords that say nothing. */
function plain(schema) {
  const rest = Object.fromEntries(Object.entries(schema).filter(([name]) => !silent.has(name)))
  if (rest.required?.length === 0) delete rest.required
  if (rest.properties !== undefined) {
    rest.properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, property]) => [name, plain(property)]),
    )
  }
  if (rest.items !== undefined) rest.items = plain(rest.items)
  return rest
}

async function types(definitions, actions) {
  const root = { title: 'Generated', type: 'object', additionalProperties: false, definitions }
  const body = await compile(root, 'Generated', {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    declareExternallyReferenced: true,
  })
  const kept = body
    .replaceAll(/^\/\*\*\n( \*.*\n)+? \*\/\n/gm, '')
    .replace(/export interface Generated \{\s*\}\n?/, '')
  const rows = actions.map(
    (name) => `  ${name}: { request: ${name}Request; response: ${name}Response }`,
  )
  return `${kept}\nexport interface Messages {\n${rows.join('\n')}\n}\n`
}

const validatorTypes = `import type { Messages } from './messages.ts'
export type ValidationError = { readonly instancePath: string; readonly keyword: string; readonly message?: string }
export type Validator = { (data: unknown): boolean; readonly errors?: readonly ValidationError[] | null }
export const requests: Readonly<Record<keyof Messages, Validator>>
export const responses: Readonly<Record<keyof Messages, Validator>>
`

function validators(definitions, actions) {
  const { Ajv } = require('ajv')
  const standalone = require('ajv/dist/standalone').default
  const ajv = new Ajv({ code: { source: true, esm: true, optimize: true }, inlineRefs: true })
  ajv.addFormat('date-time', dateTime)
  ajv.addSchema({ $id: 'ocpp', definitions })
  const names = actions.flatMap((name) => [`${name}Request`, `${name}Response`])
  const code = standalone(
    ajv,
    Object.fromEntries(names.map((name) => [name, `ocpp#/definitions/${name}`])),
  )
  const table = (name, suffix) =>
    `export const ${name} = {${actions.map((action) => `${action}: ${action}${suffix}`).join(', ')}}\n`
  const inlined = code.replaceAll(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, 'length')
  if (inlined.includes('require(')) throw new Error('a validator needs something at run time')
  return `${lengthSource}${inlined}\n${table('requests', 'Request')}${table('responses', 'Response')}`
}

/** RFC 3339, with the zone that OCPP demands (Part 2 §3.2: primitive dateTime). */
const dateTime =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** Characters, not UTF-16 units. */
const lengthSource = `const length = (text) => {
  let pairs = 0
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) pairs++
  }
  return text.length - pairs
}
`
