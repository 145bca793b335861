/**
 * JSON with one spelling (RFC 8785): keys sorted by UTF-16 code unit, no spaces. What is hashed or
 * signed as JSON goes through here. Members that are `undefined` are left out, as JSON does.
 * @throws TypeError for what JSON cannot carry: bigint, function, NaN, infinity.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string')
    return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON has no number ${value}`)
    return `${value}`
  }
  // Readings and blocks: many numbers, each written as in a template.
  if (isNumbers(value)) return `[${value.join()}]`
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`JSON has no ${typeof value}`)
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = (value as Readonly<Record<string, unknown>>)[key]
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((each) => Number.isFinite(each))
