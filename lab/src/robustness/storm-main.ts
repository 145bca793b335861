import { countIn, runSearch } from './run-search.ts'
import { storm, stormFailures } from './storm.ts'

const usage = `npm run storm [-- --stations N]

Resets the connections of N stations (5000) at one moment. All come back at once; each must boot.
`

process.exitCode = await runSearch({
  name: 'storm',
  usage,
  args: process.argv.slice(2),
  flags: { stations: 5_000 },
  run: ({ stations }, dir, say) => storm({ dir, stations: countIn(stations), say }),
  failures: stormFailures,
})
