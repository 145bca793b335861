/** An expectation that is not a plain value: what it says, and whether a value meets it. */
export type Expectation = {
  readonly [expectation]: true
  readonly says: string
  readonly met: (actual: unknown) => boolean
}
const expectation = Symbol('expectation')

const expecting = (says: string, met: (actual: unknown) => boolean): Expectation => ({
  [expectation]: true,
  says,
  met,
})

export const oneOf = (...values: readonly unknown[]): Expectation =>
  expecting(`one of ${values.map(describe).join(', ')}`, (actual) =>
    values.some((value) => difference(value, actual) === undefined),
  )
export const absent = expecting('nothing', (actual) => actual === undefined || actual === null)
export const present = expecting('something', (actual) => actual !== undefined && actual !== null)
/** Absent, or as said. */
export const ifAny = (value: unknown): Expectation =>
  expecting(`nothing or ${describe(value)}`, (actual) =>
    actual === undefined || actual === null ? true : difference(value, actual) === undefined,
  )
export const not = (value: unknown): Expectation =>
  expecting(`not ${describe(value)}`, (actual) => difference(value, actual) !== undefined)
/** A list, one item of which is as said; more may stand beside it. */
export const including = (...items: readonly unknown[]): Expectation =>
  expecting(`a list with ${items.map(describe).join(' and ')}`, (actual) => {
    if (!Array.isArray(actual)) return false
    return items.every((item) => actual.some((each) => difference(item, each) === undefined))
  })
/** A list, no item of which is as said. */
export const without = (item: unknown): Expectation =>
  expecting(`a list without ${describe(item)}`, (actual) => {
    return Array.isArray(actual) && actual.every((each) => difference(item, each) !== undefined)
  })
/** As said, and nothing besides. */
export const exactly = (value: unknown): Expectation =>
  expecting(`exactly ${describe(value)}`, (actual) => {
    return difference(value, actual) === undefined && difference(actual, value) === undefined
  })
export const text = (pattern: RegExp): Expectation =>
  expecting(`text like ${String(pattern)}`, (actual) => {
    return typeof actual === 'string' && pattern.test(actual)
  })
export const such = expecting

/**
 * Where a value differs from what is expected of it, in words; `undefined` when it does not. Objects
 * match when each expected field does, lists item by item.
 */
export function difference(expected: unknown, actual: unknown, at = ''): string | undefined {
  const wrong = (): string =>
    `${at === '' ? '' : `${at}: `}expected ${describe(expected)}, was ${describe(actual)}`
  if (isExpectation(expected)) return expected.met(actual) ? undefined : wrong()
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return wrong()
    return first(expected, (each, index) => difference(each, actual[index], `${at}[${index}]`))
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return wrong()
    return first(Object.entries(expected), ([name, value]) =>
      difference(value, actual[name], at === '' ? name : `${at}.${name}`),
    )
  }
  return Object.is(expected, actual) ? undefined : wrong()
}

export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (isExpectation(value)) return value.says
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? String(value)
  return `{${Object.entries(value)
    .map(([name, each]) => `${name}: ${describe(each)}`)
    .join(', ')}}`
}

const isExpectation = (value: unknown): value is Expectation =>
  typeof value === 'object' && value !== null && expectation in value

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function first<Item>(
  items: readonly Item[],
  find: (item: Item, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index)
    if (found !== undefined) return found
  }
  return undefined
}
