import { join } from 'node:path'
import { runSearch } from '../robustness/run-search.ts'
import { capacityFailures, capacityNight } from './capacity-night.ts'

const usage = `npm run capacity

Lives a night of a street whose feeder a distribution operator limits. Before it ends, operator and CSMS
are gone: the chargers must come to the fallback by themselves. Once more without an operator.
`

process.exitCode = await runSearch({
  name: 'capacity',
  usage,
  args: process.argv.slice(2),
  flags: {},
  run: async (_, dir, say) => {
    say('A feeder that a distribution operator limits.')
    const limited = await capacityNight(join(dir, 'limited'), 'limited')
    say('The same without an operator.')
    const unlimited = await capacityNight(join(dir, 'unlimited'), 'unlimited')
    return { limited, unlimited }
  },
  failures: capacityFailures,
})
