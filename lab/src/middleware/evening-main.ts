import { countIn, runSearch } from '../robustness/run-search.ts'
import { eveningFailures, eveningRun } from './evening-run.ts'

const usage = `npm run evening [-- --stations N --quarters N]

Sends what a street of N stations (6) says in N quarters of an hour (16), sealed, through access point and key
server, and searches memory, disk and traffic of the middleware for it. Then the same without the seal,
where the search must find it.
`

process.exitCode = await runSearch({
  name: 'evening',
  usage,
  args: process.argv.slice(2),
  flags: { stations: 6, quarters: 16 },
  async run({ stations, quarters }, dir, say) {
    const plan = { stations: countIn(stations), quarters: countIn(quarters) }
    say('sealed')
    const sealed = await eveningRun({ ...plan, dir: `${dir}/sealed`, isSealed: true })
    say('control, without the seal')
    const control = await eveningRun({ ...plan, dir: `${dir}/control`, isSealed: false })
    return { sealed, control }
  },
  failures: eveningFailures,
})
