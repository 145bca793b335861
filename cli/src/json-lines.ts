/** JSON as lines for people, one member each; members of members after their own name. */
export const jsonLines = (values: object, under = ''): readonly string[] =>
  Object.entries(values).flatMap(([key, value]) => {
    const name = Array.isArray(values) ? String(Number(key) + 1) : spaced(key)
    return typeof value === 'object' && value !== null && !isPlainList(value)
      ? jsonLines(value as object, `${under}${name} `)
      : [`  ${`${under}${name}`.padEnd(22)} ${String(value)}`]
  })

const isPlainList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each !== 'object')

/** `signatureOffset` as `signature offset`. */
const spaced = (key: string): string => key.replaceAll(/[A-Z]/g, (each) => ` ${each.toLowerCase()}`)
