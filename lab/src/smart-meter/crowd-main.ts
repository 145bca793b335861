import { countIn, runSearch } from '../robustness/run-search.ts'
import { askAsCrowd, crowdBudget, crowdFailures } from './crowd.ts'
import { eventually } from './eventually.fixture.ts'
import { network } from './network.fixture.ts'

const usage = `npm run crowd [-- --dsrsps N]

N DSRSPs (1000) each ask the data company for one arm, far below what each may move, over mutual TLS with
certificates of their own; prints how many megawatts were granted, and what was quarantined.
`

process.exitCode = await runSearch({
  name: 'crowd',
  usage,
  args: process.argv.slice(2),
  flags: { dsrsps: 1_000 },
  async run({ dsrsps }) {
    const world = await network('crowd', crowdBudget)
    try {
      await eventually(() => world.hub.connected())
      return await askAsCrowd(world, countIn(dsrsps), crowdBudget)
    } finally {
      await world.close()
    }
  },
  failures: crowdFailures,
})
