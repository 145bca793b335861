import type { FlagSpecs, FlagValues } from './flags.ts'

/** Exit codes of every command. */
export const exits = { done: 0, failed: 1, usage: 2, environment: 3 } as const

export type Invocation = {
  readonly flags: FlagValues
  readonly rest: readonly string[]
  /** Prints the result: one JSON object with `--json`, else the words. */
  readonly print: (value: object, words: string) => void
  /** Progress for people, on stderr. */
  readonly say: (words: string) => void
}

export type Command = {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly flags: FlagSpecs
  readonly run: (invocation: Invocation) => Promise<number>
}

/** Thrown by a command for input that cannot be used; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
