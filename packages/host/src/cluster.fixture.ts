import { startCluster } from './cluster.ts'
import { silentLog } from './log.ts'

/** A process of its own that runs a cluster until it is killed. */
const databases = [
  { name: 'csms', user: 'csms', password: "it's a@secret/" },
  { name: 'supervisor', user: 'supervisor', password: 'another' },
]
await startCluster({ dir: process.argv[2] ?? '', databases, log: silentLog })
process.stdout.write('ready\n')
setInterval(() => {}, 60_000)
