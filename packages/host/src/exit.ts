import { Fault } from '@interlock/kernel'

/** Exit codes of every program here. `environment` is what a person outside the program can put right. */
export const exitCodes = { done: 0, failed: 1, usage: 2, environment: 3 } as const

export const exitCodeOf = (error: unknown): number =>
  error instanceof Fault ? exitCodes.environment : exitCodes.failed

/** A failure as lines for a person: what happened, then what to do. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Fault))
    return error instanceof Error ? (error.stack ?? `${error}`) : `${error}`
  const remedy = error.remedy === undefined ? '' : `\n  ${error.remedy}`
  return `${error.code}: ${error.message}${remedy}`
}
