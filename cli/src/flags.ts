/** Command-line flags by a table: what is not in the table is a usage error. */
export type FlagSpec = {
  /** `texts` may be given more than once. */
  readonly kind: 'switch' | 'text' | 'texts' | 'whole' | 'number' | 'date'
  readonly value?: string
  readonly help: string
  readonly choices?: readonly string[]
  readonly min?: number
  readonly max?: number
}
export type FlagSpecs = Readonly<Record<string, FlagSpec>>
type FlagValue = string | number | true | readonly string[]
export type FlagValues = Readonly<Record<string, FlagValue>>

export type Parsed =
  | { readonly ok: true; readonly flags: FlagValues; readonly operands: readonly string[] }
  | { readonly ok: false; readonly problem: string }

/** Reads `--name value`, `--name=value` and switches; everything else is an operand. */
export function parseFlags(args: readonly string[], specs: FlagSpecs): Parsed {
  const flags: Record<string, FlagValue> = {}
  const operands: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (!arg.startsWith('--')) {
      operands.push(arg)
      continue
    }
    const [name, inline] = split(arg.slice(2))
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (spec === undefined) return { ok: false, problem: `unknown option --${name}` }
    if (spec.kind === 'switch') {
      if (inline !== undefined) return { ok: false, problem: `--${name} takes no value` }
      flags[name] = true
      continue
    }
    const text = inline ?? args[++i]
    if (text === undefined || (inline === undefined && text.startsWith('--')))
      return { ok: false, problem: `--${name} needs a value` }
    const value = readValue(text, spec)
    if (value === undefined)
      return { ok: false, problem: `--${name}: ${expected(spec)}, not “${text}”` }
    flags[name] = spec.kind === 'texts' ? [...texts(flags, name), String(value)] : value
  }
  return { ok: true, flags, operands }
}

/** The flag as text, where it was given. */
export const textOf = (flags: FlagValues, name: string): string | undefined => {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

/** The values of a flag of kind `texts`. */
export function texts(flags: FlagValues, name: string): readonly string[] {
  const value = flags[name]
  return Array.isArray(value) ? (value as readonly string[]) : []
}

function split(text: string): [string, string | undefined] {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

function readValue(text: string, spec: FlagSpec): string | number | undefined {
  if (spec.choices !== undefined) return spec.choices.includes(text) ? text : undefined
  if (spec.kind === 'text' || spec.kind === 'texts') return text === '' ? undefined : text
  if (spec.kind === 'date') {
    const at = Date.parse(`${text}T00:00:00Z`)
    return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at) ? at : undefined
  }
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) return undefined
  if (spec.kind === 'whole' && !Number.isSafeInteger(value)) return undefined
  return value >= (spec.min ?? -Infinity) && value <= (spec.max ?? Infinity) ? value : undefined
}

function expected(spec: FlagSpec): string {
  if (spec.choices !== undefined) return `one of ${spec.choices.join(', ')}`
  if (spec.kind === 'date') return 'a date as 2020-05-23'
  if (spec.kind === 'text' || spec.kind === 'texts') return 'some text'
  const range =
    spec.min === undefined && spec.max === undefined
      ? ''
      : ` from ${spec.min ?? '…'} to ${spec.max ?? '…'}`
  return `a ${spec.kind === 'whole' ? 'whole ' : ''}number${range}`
}

const helpColumn = 28
/** The lines that explain the flags; what is too long for its column has a line of its own. */
export const describeFlags = (specs: FlagSpecs): string =>
  Object.entries(specs)
    .map(([name, spec]) => {
      const value = spec.choices?.join('|') ?? spec.value ?? ''
      const { min, max } = spec
      const range = min === undefined || max === undefined ? '' : `; ${min} to ${max}`
      const flag = `  --${name}${value === '' ? '' : ` ${value}`} `
      const begin = flag.length < helpColumn ? flag : `${flag.trimEnd()}\n`
      const indent = ' '.repeat(helpColumn - (begin === flag ? flag.length : 0))
      return begin + indent + spec.help + range
    })
    .join('\n')
