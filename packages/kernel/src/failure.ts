/**
 * Three kinds of failure. A *bug* stops: `assert`. A *refusal* is a value with a reason from the
 * contract. A *fault* of the world is thrown, typed, with its cause.
 */

export type Refusal<Reason extends string> = {
  readonly ok: false
  readonly reason: Reason
  /** What was seen, for the audit record; never secret. */
  readonly detail?: string
}
export type Ok<Value> = { readonly ok: true; readonly value: Value }
export type Outcome<Value, Reason extends string> = Ok<Value> | Refusal<Reason>

export const ok = <Value>(value: Value): Ok<Value> => ({ ok: true, value })
export const refused = <Reason extends string>(reason: Reason, detail?: string): Refusal<Reason> =>
  detail === undefined ? { ok: false, reason } : { ok: false, reason, detail }

const excerptCharactersMax = 200
/** What a failure repeats of text from outside, a parser's own words included: enough to find it by. */
export const excerpt = (text: string): string =>
  text.length <= excerptCharactersMax ? text : `${text.slice(0, excerptCharactersMax - 1)}…`

/** Something outside the program went wrong. `remedy` says what a person can do about it. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: string
  readonly remedy: string | undefined

  constructor(code: string, message: string, options: { cause?: unknown; remedy?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.remedy = options.remedy
  }
}

export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

/** @throws AssertionFailed when `condition` is false: a bug, never a matter of input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(`assertion failed: ${message}`)
}

const mistakes = [AssertionFailed, RangeError, ReferenceError, SyntaxError, TypeError] as const

/** Whether the program itself is what is wrong, so that no waiting mends it. A `fetch` whose other end is away has a cause. */
export const isBug = (error: unknown): boolean =>
  mistakes.some((each) => error instanceof each) && (error as Error).cause === undefined
