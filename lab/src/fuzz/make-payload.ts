import type { MessageSchema, Schema } from './schemas.ts'

/** Where a generator's choices come from: a seeded stream, or fast-check. */
export type Choices = {
  /** A whole number, 0 … limit−1. */
  below(limit: number): number
}

const depthMax = 6

/** A payload that keeps its schema; what is optional comes and goes. */
export function makePayload(message: MessageSchema, choices: Choices): unknown {
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.replace('#/definitions/', '')
    return name === undefined ? schema : (message.definitions?.[name] ?? {})
  }
  const make = (given: Schema, depth: number): unknown => {
    const schema = resolve(given)
    if (schema.enum !== undefined) return pick(schema.enum, choices)
    switch (schema.type) {
      case 'object':
        return object(schema, depth)
      case 'array': {
        const least = schema.minItems ?? 0
        const most = Math.min(schema.maxItems ?? least + 3, least + 3)
        const length = least + choices.below(most - least + 1)
        return Array.from({ length }, () => make(schema.items ?? {}, depth + 1))
      }
      case 'string':
        return text(schema, choices)
      case 'integer':
        return pick(integers, choices)
      case 'number':
        return pick(numbers, choices)
      case 'boolean':
        return choices.below(2) === 0
      default:
        return {}
    }
  }
  const object = ({ properties = {}, required = [] }: Schema, depth: number): unknown =>
    Object.fromEntries(
      Object.entries(properties).flatMap(([name, schema]) => {
        const wanted = required.includes(name) || (depth < depthMax && choices.below(3) === 0)
        return wanted && name !== 'customData' ? [[name, make(schema, depth + 1)]] : []
      }),
    )
  return make(message, 0)
}

export const pick = <Item>(items: readonly Item[], choices: Choices): Item =>
  items[choices.below(items.length)] as Item

const integers = [0, 1, 2, 3, 7, 60, 86_400, -1, 2_147_483_647, -2_147_483_648, 9e15]
const numbers = [...integers, 0.1, -0.5, 6.25, 1e-9, 1e21, 230.4]
const times = [
  '2026-01-05T20:30:00Z',
  '2026-01-05T20:30:00.123456789+01:00',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '0000-01-01T00:00:00Z',
]
const words = [
  'a',
  '1',
  'OWNER-1',
  'SmartChargingCtrlr',
  'RandomDelaySecondsMax',
  'OCPPCommCtrlr',
  'HeartbeatInterval',
  'org.interlock',
  '7360',
  'true',
  '',
  ' ',
  '../../etc/passwd',
  "'; drop table stations; --",
  '\u0000',
  '\ud800',
  '💥'.repeat(9),
  '__proto__',
  'constructor',
]

function text({ format, maxLength = 40 }: Schema, choices: Choices): string {
  if (format === 'date-time') return pick(times, choices)
  if (format === 'uri') return 'https://example.org/'
  if (choices.below(8) === 0) return 'x'.repeat(Math.min(maxLength, 3_000))
  return pick(words, choices).slice(0, maxLength)
}
