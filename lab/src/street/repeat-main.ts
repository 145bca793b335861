import { countIn, runSearch } from '../robustness/run-search.ts'
import { repeat, repeatFailures } from './repeat.ts'

const usage = `npm run repeat [-- --stations N --seed S]

Lives the scripted day of a street of N homes (6) twice. Every charger must decide alike.
`

process.exitCode = await runSearch({
  name: 'repeat',
  usage,
  args: process.argv.slice(2),
  flags: { stations: 6, seed: 1 },
  run: ({ stations, seed }, dir, say) => repeat({ dir, seed, stations: countIn(stations), say }),
  failures: repeatFailures,
})
