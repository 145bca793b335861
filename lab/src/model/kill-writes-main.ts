import { countIn, runSearch } from '../robustness/run-search.ts'
import { killWrites, killWritesFailures } from './kill-writes.ts'

const usage = `npm run kill:writes [-- --every N]

As kill:devices, in one process and much faster: only the device that dies ends, at every call that it
makes to its disk, and the other lives on. --every N tries each Nth death (1).
`

process.exitCode = await runSearch({
  name: 'kill:writes',
  usage,
  args: process.argv.slice(2),
  flags: { every: 1 },
  run: ({ every }, dir, say) => killWrites({ dir, every: countIn(every), say }),
  failures: killWritesFailures,
})
