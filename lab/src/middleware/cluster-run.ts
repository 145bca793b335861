import { setTimeout as pause } from 'node:timers/promises'
import { hasNatsServer } from '@interlock/host/nats-server.fixture'
import { Fault } from '@interlock/kernel'
import { openAuthority } from './authority.ts'
import { deliveryRun, type DeliveryReport } from './delivery-run.ts'
import { openMiddleware } from './middleware.ts'
import { startCluster, type NatsCluster } from './nats-cluster.ts'

export type ClusterPlan = {
  readonly dir: string
  readonly messages: number
  /** 3 for a cluster; 0 for the access point's own carrier, without servers. */
  readonly nodes: number
  readonly secondsMax: number
  readonly say: (words: string) => void
}

export type ClusterReport = DeliveryReport & {
  readonly nodes: number
  /** What was done to those who carry, and after how many seconds. */
  readonly events: readonly string[]
}

const awayMillis = 5_000

/**
 * Messages through a cluster of which one node is killed and comes back, and then another is cut off and
 * joined again.
 * @throws Fault `CarrierLost` when there is no nats-server, or it does not start
 */
export async function clusterRun(plan: ClusterPlan): Promise<ClusterReport> {
  const { dir, nodes, say } = plan
  if (nodes > 0 && !hasNatsServer)
    throw new Fault('CarrierLost', 'this machine has no nats-server', {
      remedy: 'install it (Debian: nats-server), or run with --nodes 0',
    })
  const authority = openAuthority(dir)
  const broker = authority.certify('broker', 'broker')
  const cluster = nodes === 0 ? undefined : await startCluster(dir, nodes, authority, [broker.peer])
  const identity = authority.folderOf('broker')
  const middleware = await openMiddleware({
    dir,
    authority,
    ...(cluster !== undefined && {
      carrier: {
        kind: 'nats',
        servers: [...cluster.servers],
        tls: {
          ca: authority.root,
          certificate: `${identity}/chain.pem`,
          key: `${identity}/key.pem`,
        },
        replicas: nodes === 3 ? 3 : 1,
      },
    }),
  })
  const begun = performance.now()
  const events: string[] = []
  const told = (what: string): void => {
    const line = `${((performance.now() - begun) / 1_000).toFixed(1)} s: ${what}`
    events.push(line)
    say(line)
  }
  const disturbances = cluster === undefined ? [] : disturbancesOf(cluster, told)
  const running: Promise<void>[] = []
  try {
    const report = await deliveryRun(middleware, {
      messages: plan.messages,
      authors: 4,
      topicsEach: 16,
      secondsMax: plan.secondsMax,
      onShare(share) {
        const [next] = disturbances
        if (next === undefined || share < next.at) return
        disturbances.shift()
        running.push(next.run())
      },
    })
    await Promise.all(running)
    return { ...report, nodes, events }
  } finally {
    await Promise.allSettled(running)
    await middleware.close()
    await cluster?.close()
  }
}

function disturbancesOf(cluster: NatsCluster, told: (what: string) => void) {
  return [
    {
      at: 0.2,
      async run() {
        told('node 1 is killed')
        await cluster.kill(0)
        await pause(awayMillis)
        await cluster.restart(0)
        told('node 1 is back')
      },
    },
    {
      at: 0.6,
      async run() {
        told('node 2 is cut off')
        cluster.partition(1)
        await pause(awayMillis)
        cluster.heal()
        told('node 2 is reached again')
      },
    },
  ]
}
