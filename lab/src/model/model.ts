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
  /** In some state that was met the load has left its schedule, or has come back to it. */
  readonly moved: boolean
  readonly movesWithin?: number
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
  let moved = false
  const onMove = (): void => void (moved = true)
  const { violation, ...found } = await explore(
    () => openWorld({ scenario, kept, signed, flaw, onMove }),
    bounds,
    ({ depth, states, transitions }) =>
      say(`${scenario.name}: depth ${depth}, ${states} states, ${transitions} transitions`),
  )
  const seconds = Math.round((performance.now() - began) / 100) / 10
  const counterexample =
    violation === undefined
      ? {}
      : { counterexample: [...violation.trace.map(inWords), violation.problem] }
  const { name, movesWithin } = scenario
  const meant = movesWithin === undefined ? {} : { movesWithin }
  return { scenario: name, ...found, moved, ...meant, seconds, ...counterexample }
}

/** What does not hold, as sentences; a scenario in which nothing can happen, or no load moves, is none. */
export const modelFailures = ({
  scenario,
  transitions,
  states,
  depth,
  moved,
  movesWithin = Infinity,
  counterexample = [],
}: ModelReport): readonly string[] => [
  ...(counterexample.length === 0 ? [] : [`${scenario}: ${counterexample.join('\n  ')}`]),
  ...(states > 1 ? [] : [`${scenario}: ${transitions} transitions led nowhere`]),
  ...(moved || depth < movesWithin
    ? []
    : [
        `${scenario}: ${depth} events are enough to move the load, and it moved in none of ${states} states`,
      ]),
]
