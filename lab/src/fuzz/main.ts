import { runSearch } from '../robustness/run-search.ts'
import { fuzz, fuzzFailures } from './fuzz.ts'

const usage = `npm run fuzz [-- --inputs N --seed S]

Gives the CSMS and a station of either trust mode N messages (200000), valid and not, over memory.
Each must be answered by legal OCPP, or not at all where Part 4 says so; nothing may break, hang or grow.
`

process.exitCode = await runSearch({
  name: 'fuzz',
  inMemory: true,
  usage,
  args: process.argv.slice(2),
  flags: { inputs: 200_000, seed: 1 },
  run: ({ inputs, seed }, dir, say) => fuzz({ dir, inputs, seed, say }),
  failures: fuzzFailures,
})
