import { pick, type Choices } from './make-payload.ts'

/** Values that a parser or a handler might not expect. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  1e308,
  2 ** 53,
  '',
  'x',
  'x'.repeat(10_000),
  '2026-02-30T25:61:61Z',
  [],
  {},
  [[]],
  [null],
  { __proto__: 1 },
  { customData: { vendorId: 'x' } },
]

/** Changes one place of a JSON value: takes away, puts in, doubles, or swaps for something odd. */
export function mutateValue(value: unknown, choices: Choices): unknown {
  if (typeof value !== 'object' || value === null || choices.below(6) === 0)
    return pick(oddities, choices)
  if (Array.isArray(value)) return mutateArray(value, choices)
  const entries = Object.entries(value)
  const at = choices.below(entries.length + 1)
  const [name, held] = entries[at] ?? [pick(names, choices), undefined]
  if (held === undefined) return { ...value, [name]: pick(oddities, choices) }
  const { [name]: _, ...rest } = value as Record<string, unknown>
  return choices.below(4) === 0 ? rest : { ...rest, [name]: mutateValue(held, choices) }
}

const names = ['customData', 'evse', 'evseId', 'id', 'statusInfo', '__proto__', 'toString', '']

function mutateArray(value: readonly unknown[], choices: Choices): unknown {
  const at = choices.below(value.length + 1)
  const held = value[at]
  const [before, after] = [value.slice(0, at), value.slice(at + 1)]
  switch (choices.below(4)) {
    case 0:
      return [...before, ...after]
    case 1:
      return [...before, held ?? null, held ?? null, ...after]
    case 2:
      return [...before, pick(oddities, choices), ...after]
    default:
      return [...before, mutateValue(held ?? null, choices), ...after]
  }
}

/** Changes the text of a frame, so that it may not be JSON any more. */
export function mutateText(text: string, choices: Choices): string {
  const at = choices.below(text.length + 1)
  const span = choices.below(8)
  switch (choices.below(7)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + pick(pieces, choices) + text.slice(at)
    case 2:
      return text.slice(0, at) + text.slice(at + span)
    case 3:
      return text.slice(0, at) + text.slice(at, at + span).repeat(3) + text.slice(at + span)
    case 4:
      return text.slice(0, at) + String.fromCharCode(choices.below(0x10000)) + text.slice(at + 1)
    case 5:
      return '['.repeat(choices.below(200)) + text
    default:
      return text + pick(pieces, choices)
  }
}

const pieces = [
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '2',
  '-',
  'e9',
  '1e999',
  'null',
  '{"a":'.repeat(40),
  '\u0000',
  '\u2028',
  '3',
  '4',
]
