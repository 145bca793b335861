import { resolve } from 'node:path'
import type { Command } from '../command.ts'
import { dataDir } from '../data-dir.ts'
import { untilSignal } from '../until-signal.ts'

export const database: Command = {
  name: 'database',
  summary: 'run the database of a street whose parts run one by one',
  usage: 'interlock database --data DIR',
  example: 'interlock database --data street',
  flags: { data: { kind: 'text', value: 'DIR', help: 'the street’s folder' } },
  run: async ({ flags, print, say }) => {
    const dir = resolve(dataDir(flags))
    const signal = untilSignal()
    try {
      const { createLog, startCluster } = await import('@interlock/host')
      const { openMadeStreet } = await import('@interlock/lab')
      const { plan, databases, databasePort: port } = await openMadeStreet(dir)
      const log = createLog('database')
      const cluster = await startCluster({ dir: plan.layout.cluster, port, databases, log })
      const names = databases.map(({ name }) => name)
      say(`The database of ${dir} is ready on port ${port}; Ctrl-C ends it.`)
      const name = await signal.received
      await cluster.close()
      print({ port, databases: names, signal: name }, 'the database has closed')
      return 0
    } finally {
      signal.forget()
    }
  },
}
