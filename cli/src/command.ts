import type { FlagSpecs, FlagValues } from './flags.ts'

/** Exit codes of every command. */
export const exits = { done: 0, failed: 1, usage: 2, environment: 3 } as const

export type Invocation = {
  readonly flags: FlagValues
  /** What is not a flag; empty unless the command says what it takes. */
  readonly operands: readonly string[]
  /** Prints the result: one JSON object with `--json`, else the words. */
  readonly print: (value: object, words: string) => void
  /** Progress for people, on stderr. */
  readonly say: (words: string) => void
}

/** Static facts only: what a command needs to run is imported when it runs. */
export type Command = {
  readonly name: string
  readonly summary: string
  readonly usage: string
  /** A whole line that somebody could type. */
  readonly example: string
  readonly flags: FlagSpecs
  /** What it takes besides flags; absent: nothing. */
  readonly operands?: string
  readonly run: (invocation: Invocation) => Promise<number>
}

/** Thrown by a command for input that cannot be used; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
