import { openDesk, type Desk, type DeskOptions } from '@interlock/host/oscp'
import { pathOf, type CapacityForecast } from '@interlock/oscp'

/** Where one flexibility provider is heard, and told what it may use. */
export type ProviderDesk = Desk & {
  /** Tells it what it may use; nothing before there was a handshake. */
  offer(forecasts: readonly CapacityForecast[]): void
}

export type ProviderDeskOptions = Omit<DeskOptions, 'kind' | 'onHeard'> & {
  /** The provider is heard, for the first time or again: it needs to know what it may use. */
  readonly onHeard: (desk: ProviderDesk) => void
  readonly onHeartbeat: () => void
}

const heartbeatPath = pathOf('cp', 'heartbeat')

export function openProviderDesk(options: ProviderDeskOptions): ProviderDesk {
  const { peer, associations, audit, outbox } = options
  const { name } = peer
  let closed = false
  const onHeard = (): void => options.onHeard(provider)
  const desk = openDesk({ ...options, kind: 'provider', onHeard })
  const provider: ProviderDesk = {
    ...desk,
    async hear(request) {
      const heard = await desk.hear(request)
      if (heard.ok && request.path === heartbeatPath) options.onHeartbeat()
      return heard
    },
    offer(forecasts) {
      if (closed || associations.of(name).offlineModeAt === undefined) return
      for (const body of forecasts) {
        const watts = body.blocks.map(({ capacity }) => capacity)
        const { group, type, blocks } = body
        const from = blocks[0]?.from
        audit.critical('CapacityTold', { provider: name, group, type, from, watts })
        outbox.send({ message: { name: 'update_group_capacity_forecast', body } })
      }
    },
    close() {
      closed = true
      return desk.close()
    },
  }
  return provider
}
