import { crypto, owner } from './devices.ts'
import { explore, type Explored } from './explore.ts'
import { inWords, type Happening } from './happening.ts'
import { prelude, type Flaw } from './home.ts'
import { signAll, type Scenario } from './scenario.ts'
import { openWorld } from './world.ts'

/** What the exploration of one scenario found. */
export type ModelReport = Omit<Explored<Happening>, 'violation'> & {
  readonly scenario: string
  readonly seconds: number
  /** The shortest history that breaks a promise, in words; its last line is the promise. */
  readonly counterexample?: readonly string[]
}

export async function checkScenario(
  scenario: Scenario,
  bounds: Parameters<typeof explore>[1],
  say: (words: string) => void,
  flaw: Flaw = {},
): Promise<ModelReport> {
  const began = performance.now()
  const kept = await prelude(scenario.startAt)
  const { transactionId } = kept
  const signed = signAll(scenario, { owner, transactionId }, crypto)
  const { violation, ...found } = await explore(
    () => openWorld({ scenario, kept, signed, flaw }),
    bounds,
    ({ depth, states, transitions }) =>
      say(`${scenario.name}: depth ${depth}, ${states} states, ${transitions} transitions`),
  )
  const seconds = Math.round((performance.now() - began) / 100) / 10
  const counterexample =
    violation === undefined
      ? {}
      : { counterexample: [...violation.trace.map(inWords), violation.problem] }
  return { scenario: scenario.name, ...found, seconds, ...counterexample }
}

/** What does not hold, as sentences; a scenario in which nothing can happen is none. */
export const modelFailures = ({
  scenario,
  transitions,
  states,
  counterexample = [],
}: ModelReport): readonly string[] => [
  ...(counterexample.length === 0 ? [] : [`${scenario}: ${counterexample.join('\n  ')}`]),
  ...(states > 1 ? [] : [`${scenario}: ${transitions} transitions led nowhere`]),
]
