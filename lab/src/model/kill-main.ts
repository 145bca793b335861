import { countIn, runSearch } from '../robustness/run-search.ts'
import { killDevices } from './kill-devices.ts'

const usage = `npm run kill:devices [-- --every N]

Lives histories of arm and trigger, of a supplier's words and of another provider in a process with the charger's and the LLCS's code and journals,
once for every call that either makes to its disk, and ends the process there with SIGKILL: half-way
through a write, after the call, and after it with all lost that was not synced. Another process opens the home
again, and everything that was ever sent is sent again. --every N tries each Nth of them (1).
`

process.exitCode = await runSearch({
  name: 'kill:devices',
  usage,
  args: process.argv.slice(2),
  flags: { every: 1 },
  run: ({ every }, dir, say) => killDevices({ dir, every: countIn(every), say }),
  failures: ({ wrong, kills }) => (kills === 0 ? ['nothing was killed'] : wrong),
})
