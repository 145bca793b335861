import type { Bus } from '@interlock/bus'
import type { Happening } from '@interlock/contract'
import type { Clock } from '@interlock/kernel'

/** Tells the bus, and through it the console, what this supervisor did. */
export type Announce = (
  kind: Happening['kind'],
  fields: Pick<Happening, 'station' | 'reason' | 'data'>,
) => Promise<void>

export const announcer =
  (
    bus: Bus,
    { actor, region, feeder }: { actor: string; region: string; feeder: string },
    clock: Clock,
  ): Announce =>
  (kind, fields) => {
    const topicKind = kind === 'refusal' ? 'refusal' : 'security'
    const topic = { region, feeder, kind: topicKind, id: fields.station ?? actor } as const
    const happening: Happening = { at: clock.now(), actor, kind, ...fields }
    return bus.publish(topic, happening)
  }
