import { inProcessBus, type Bus } from '@interlock/bus'
import { topicKinds, type Happening, type TopicKind } from '@interlock/contract'
import type { ActorDeps, Subscribe } from '@interlock/host'
import type { DsrspConfig } from './config.ts'
import type { Context } from './context.ts'

export type Happenings = {
  readonly tell: Context['tell']
  /** For server-sent events. */
  readonly subscribe: Subscribe
  readonly bus: Bus
}

const queueMax = 1_000

/** What happens here, on the bus and from there to whoever watches. */
export function createHappenings(config: DsrspConfig, deps: ActorDeps): Happenings {
  const feeders = new Map(config.portfolio.map((each) => [each.stationId, each.feeder]))
  const bus = inProcessBus({
    queueMax,
    activity: deps.activity,
    onProblem: (problem) => deps.log.warn({ ...problem }, 'a watcher is not told everything'),
  })
  return {
    bus,
    tell(given) {
      const happening: Happening = { at: deps.clock.now(), actor: config.actor, ...given }
      const id = given.station ?? config.actor
      const feeder = feeders.get(id) ?? 'none'
      const topic = { region: config.region, feeder, kind: topicKind(given.kind), id }
      void bus.publish(topic, happening).catch(() => {})
    },
    subscribe: (send) => bus.subscribe('ev/#', (_topic, message) => send(message as object)),
  }
}

const topicKind = (kind: Happening['kind']): TopicKind =>
  topicKinds.find((each) => each === kind) ?? (kind === 'response' ? 'arm' : 'security')
