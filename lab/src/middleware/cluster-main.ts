import { countIn, runSearch } from '../robustness/run-search.ts'
import { clusterRun } from './cluster-run.ts'
import { deliveryFailures } from './delivery-run.ts'

const usage = `npm run cluster [-- --messages N --nodes 3|0 --seconds N]

Sends N sealed messages (100000) from authors through access point and a JetStream cluster of three servers
to a reader; one server is killed and comes back, then one is cut off and reached again. None may be
lost, out of order or accepted twice. With --nodes 0 the access point's own carrier, without servers.
`

process.exitCode = await runSearch({
  name: 'cluster',
  usage,
  args: process.argv.slice(2),
  flags: { messages: 100_000, nodes: 3, seconds: 900 },
  run: ({ messages, nodes, seconds }, dir, say) =>
    clusterRun({ dir, messages: countIn(messages), nodes, secondsMax: countIn(seconds), say }),
  failures: (report) => [
    ...deliveryFailures(report),
    ...(report.nodes > 0 && report.events.length < 4
      ? ['a node was not killed, or not cut off']
      : []),
  ],
})
