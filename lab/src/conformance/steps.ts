import { describe, difference } from './match.ts'
import type { Step } from './verdict.ts'

/** A step did not come out as it must; the case ends here. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

/** The other end does not have what the case needs; it ends as not applicable. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
  readonly capability: string

  constructor(capability: string) {
    super(`needs ${capability}`)
    this.capability = capability
  }
}

/** Writes down the steps of one case. The first that fails ends it. */
export type Steps = {
  readonly taken: readonly Step[]
  /** Compares what came with what was expected, as {@link difference} does. */
  expect(says: string, expected: unknown, actual: unknown): void
  /** Waits until `read` gives what is expected, or the time for a step is over. */
  eventually(says: string, expected: unknown, read: () => Promise<unknown>): Promise<void>
  passed(says: string, actual: string): void
  failed(says: string, expected: string, actual: string): never
  /** Nobody can be asked, as of what a foreign CSMS knows. */
  notMade(says: string, expected: unknown): void
  /** How long a step may take. */
  readonly stepMillisMax: number
}

const pollMillis = 50
/** What a report shows of one value. */
const shownCharsMax = 600

export function createSteps(stepMillisMax: number): Steps {
  const taken: Step[] = []
  const add = (says: string, expected: string, actual: string, verdict: Step['verdict']): void =>
    void taken.push({ says, expected: shown(expected), actual: shown(actual), verdict })
  const steps: Steps = {
    taken,
    stepMillisMax,
    expect(says, expected, actual) {
      const problem = difference(expected, actual)
      if (problem === undefined) return add(says, describe(expected), describe(actual), 'passed')
      add(says, describe(expected), describe(actual), 'failed')
      throw new StepFailed(`${says}: ${problem}`)
    },
    async eventually(says, expected, read) {
      const until = Date.now() + stepMillisMax
      for (;;) {
        const actual = await read()
        if (difference(expected, actual) === undefined || Date.now() >= until)
          return steps.expect(says, expected, actual)
        await new Promise((resolve) => setTimeout(resolve, pollMillis))
      }
    },
    passed: (says, actual) => add(says, actual, actual, 'passed'),
    failed(says, expected, actual) {
      add(says, expected, actual, 'failed')
      throw new StepFailed(`${says}: ${shown(actual)}`)
    },
    notMade: (says, expected) => add(says, describe(expected), 'not made', 'notMade'),
  }
  return steps
}

const shown = (text: string): string =>
  text.length <= shownCharsMax ? text : `${text.slice(0, shownCharsMax)}…`
