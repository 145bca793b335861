import { countIn, runSearch } from '../robustness/run-search.ts'
import { checkScenario, modelFailures, type ModelReport } from './model.ts'
import { scenarios } from './scenarios.ts'

const usage = `npm run model [-- --depth N --transitions N]

Explores how arm and trigger meet at a charger: every order of events of each scenario up to a depth
of N (4) events, and no more than N (200000) transitions of each. Prints the states it met, and of how
many events each scenario was tried to the end.
`

const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0)

process.exitCode = await runSearch({
  name: 'model',
  usage,
  args: process.argv.slice(2),
  flags: { depth: 4, transitions: 200_000 },
  async run({ depth, transitions }, _dir, say) {
    const transitionsMax = countIn(transitions)
    const bounds = { depthMax: countIn(depth), statesMax: transitionsMax, transitionsMax }
    const reports: ModelReport[] = []
    for (const scenario of scenarios) reports.push(await checkScenario(scenario, bounds, say))
    return {
      states: sum(reports.map((each) => each.states)),
      transitions: sum(reports.map((each) => each.transitions)),
      scenarios: reports,
    }
  },
  failures: ({ scenarios: reports }) => [
    ...reports.flatMap(modelFailures),
    ...(reports.some(({ moved }) => moved) ? [] : ['no load moved in any scenario']),
  ],
})
