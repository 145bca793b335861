import { ok } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { oscpLimits } from '../limits.ts'
import type { Body } from './fields.ts'

const measurementConfigurations = ['CONTINUOUS', 'INTERMITTENT'] as const

/** Body of `handshake` and of `handshake_acknowledge`. */
export const HandshakeOnWire = Type.Object({
  required_behaviour: Type.Optional(
    Type.Object({
      heartbeat_interval: Type.Optional(
        Type.Number({
          minimum: oscpLimits.heartbeatSecondsMin,
          maximum: oscpLimits.heartbeatSecondsMax,
        }),
      ),
      measurement_configuration: Type.Array(Type.Enum([...measurementConfigurations]), {
        uniqueItems: true,
        maxItems: measurementConfigurations.length,
      }),
    }),
  ),
})
type OnWire = Static<typeof HandshakeOnWire>

/** What the sender asks of the receiver. */
export type RequiredBehaviour = {
  /** How often a heartbeat must come; none need come where it is absent. */
  readonly heartbeatSeconds?: number
  readonly measurements: readonly (typeof measurementConfigurations)[number][]
}

export function readHandshake({ required_behaviour: required }: OnWire): Body<RequiredBehaviour> {
  const heartbeatSeconds = required?.heartbeat_interval
  return ok({
    measurements: required?.measurement_configuration ?? [],
    ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
  })
}

export const writeHandshake = ({ heartbeatSeconds, measurements }: RequiredBehaviour): OnWire => ({
  required_behaviour: {
    ...(heartbeatSeconds !== undefined && { heartbeat_interval: heartbeatSeconds }),
    measurement_configuration: [...measurements],
  },
})
