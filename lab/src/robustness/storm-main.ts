import { hold, holdFailures } from './hold.ts'
import { countIn, runSearch } from './run-search.ts'
import { storm, stormFailures } from './storm.ts'

const usage = `npm run storm [-- --stations N | --hold N]

Resets the connections of N stations (5000) at one moment. All come back at once; each must boot.

  --hold N   no storm: one process holds N connections over mutual TLS, and every station is alive
`

const args = process.argv.slice(2)
const holding = args.includes('--hold')

const code = holding
  ? await runSearch({
      name: 'storm',
      usage,
      args,
      flags: { hold: 10_000 },
      run: ({ hold: stations }, dir, say) => hold({ dir, stations: countIn(stations), say }),
      failures: holdFailures,
    })
  : await runSearch({
      name: 'storm',
      usage,
      args,
      flags: { stations: 5_000 },
      run: ({ stations }, dir, say) => storm({ dir, stations: countIn(stations), say }),
      failures: stormFailures,
    })

// Node 20 has been seen to wait for ever for one of thousands of sockets that were reset.
process.exit(code)
