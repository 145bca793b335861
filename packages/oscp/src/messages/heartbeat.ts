import { ok, toIso, type Instant } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Time, timeOf, type Body } from './fields.ts'

/** Body of `heartbeat`. */
export const HeartbeatOnWire = Type.Object({ offline_mode_at: Time })
type OnWire = Static<typeof HeartbeatOnWire>

/** From `offlineModeAt` on, without another heartbeat, the receiver takes the sender for silent. */
export type Heartbeat = { readonly offlineModeAt: Instant }

export function readHeartbeat({ offline_mode_at }: OnWire): Body<Heartbeat> {
  const at = timeOf(offline_mode_at, 'offline_mode_at')
  return at.ok ? ok({ offlineModeAt: at.value }) : at
}

export const writeHeartbeat = ({ offlineModeAt }: Heartbeat): OnWire => ({
  offline_mode_at: toIso(offlineModeAt),
})
