import { kill, killFailures } from './kill.ts'
import { countIn, runSearch } from './run-search.ts'

const usage = `npm run kill [-- --kills N --stations N]

Kills the CSMS with SIGKILL N times (10) in the middle of TransactionEvents of N stations (200).
`

process.exitCode = await runSearch({
  name: 'kill',
  usage,
  args: process.argv.slice(2),
  flags: { kills: 10, stations: 200 },
  run: ({ kills, stations }, dir, say) =>
    kill({ dir, kills: countIn(kills), stations: countIn(stations), say }),
  failures: killFailures,
})
