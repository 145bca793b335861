import { Fault } from '@interlock/kernel'
import { Type, type Static, type TProperties, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { errorCode } from './disk-fault.ts'
import { readAtMost } from './read-file.ts'

const Path = Type.String({ minLength: 1, maxLength: 4096 })

/** Where a server listens. Loopback unless the config says otherwise; port 0 takes any free one. */
export const ListenConfig = Type.Object(
  {
    host: Type.String({ minLength: 1, default: '127.0.0.1' }),
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  },
  { additionalProperties: false },
)
export type ListenConfig = Static<typeof ListenConfig>

/** A serial line: eight bits, no parity, no flow control. Slower, and frames would be old when they arrive. */
export const SerialConfig = Type.Object(
  {
    device: Type.String({ pattern: '^/dev/[A-Za-z0-9._/-]{1,200}$' }),
    baudRate: Type.Union(
      [
        Type.Literal(57_600),
        Type.Literal(115_200),
        Type.Literal(230_400),
        Type.Literal(460_800),
        Type.Literal(921_600),
      ],
      { default: 115_200 },
    ),
  },
  { additionalProperties: false },
)
export type SerialConfig = Static<typeof SerialConfig>

/** The two roots, as PEM files. */
export const TrustConfig = Type.Object(
  { charging: Type.Optional(Path), smartMeter: Type.Optional(Path) },
  { additionalProperties: false },
)
export type TrustConfig = Static<typeof TrustConfig>

/** What every actor's config holds. Paths are relative to the working directory. */
export const CommonConfig = Type.Object(
  {
    /** Name in logs, audit records and happenings, such as `csms` or `station-3`. */
    actor: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' }),
    /** Name for people. */
    name: Type.String({ minLength: 1, maxLength: 128 }),
    region: Type.String({ minLength: 1, maxLength: 32 }),
    /** Folder for the audit file, journals and keys that this actor alone may read. */
    data: Path,
    /** Refuses what only a lab may do. */
    production: Type.Boolean({ default: true }),
  },
  { additionalProperties: false },
)
export type CommonConfig = Static<typeof CommonConfig>

/** An actor's config: the common fields and its own; unknown fields are refused. */
export const actorConfig = <Properties extends TProperties>(properties: Properties) =>
  Type.Object({ ...CommonConfig.properties, ...properties }, { additionalProperties: false })

const configBytesMax = 1_048_576
const remedy = 'correct the file; docs/operating describes every field'

/**
 * Reads and checks a JSON config file; fields with a default may be left out.
 * @throws Fault `ConfigInvalid`, naming the file and the field.
 */
export function readConfig<Schema extends TSchema>(path: string, schema: Schema): Static<Schema> {
  return checkConfig(path, parse(path), schema)
}

/** The same check for a config that is already an object; `source` names it in errors. */
export function checkConfig<Schema extends TSchema>(
  source: string,
  config: unknown,
  schema: Schema,
): Static<Schema> {
  const complete = Value.Default(schema, structuredClone(config))
  if (Value.Check(schema, complete)) return complete
  throw invalid(`${source}: ${sentenceOf([...Value.Errors(schema, complete)][0])}`)
}

function parse(path: string): unknown {
  try {
    const bytes = readAtMost(path, configBytesMax)
    if (bytes === undefined) throw invalid(`${path}: larger than ${configBytesMax} bytes`)
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    if (cause instanceof SyntaxError)
      throw invalid(`${path}: is not JSON (${cause.message})`, cause)
    const words = errorCode(cause) === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw invalid(`${path}: ${words}`, cause)
  }
}

type Problem = { keyword: string; instancePath: string; message: string; params: object }

/** The field as a person would write it, `listen.port`, and what is wrong with it. */
function sentenceOf(problem: Problem | undefined): string {
  const at = problem?.instancePath.split('/').slice(1) ?? []
  const { requiredProperties } = (problem?.params ?? {}) as { requiredProperties?: string[] }
  const missing = requiredProperties?.[0]
  if (missing !== undefined) return `${[...at, missing].join('.')} is missing`
  // The schema of a field that is not listed is `false`.
  if (problem?.keyword === 'boolean') return `${at.join('.')} is not a known field`
  return `${at.join('.') || 'the whole file'} ${problem?.message ?? 'is invalid'}`
}

const invalid = (message: string, cause?: unknown): Fault =>
  new Fault('ConfigInvalid', message, { remedy, ...(cause === undefined ? {} : { cause }) })
