import type { Topic } from '@interlock/contract'
import { Fault } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { Type, type Static } from 'typebox'
import type { MiddlewareConfig } from './config.ts'

/** A home of which a reader is told: its station's EUI-64, and where it is. */
export const HomeConfig = Type.Object(
  {
    feeder: Type.String({ minLength: 1, maxLength: 64 }),
    station: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
  },
  { additionalProperties: false },
)
export type HomeConfig = Static<typeof HomeConfig>

/** @throws Fault `ConfigInvalid` for homes that nothing can be heard of. */
export function demandHomesHeard(
  homes: readonly HomeConfig[] | undefined,
  middleware: MiddlewareConfig | undefined,
): void {
  if (homes !== undefined && homes.length > 0 && middleware === undefined)
    throw new Fault('ConfigInvalid', 'homes have nowhere to be heard, for middleware is not there')
}

export const homeTopic = (
  kind: 'halfHour' | 'session' | 'consumption' | 'dailyConsumption' | 'monthlyConsumption',
  region: string,
  { feeder, station }: HomeConfig,
): Topic => ({ region, feeder, kind, id: station })

/** Where a home's charger says what was charged by the cards of one provider, for that organisation alone. */
export const readingTopic = (
  region: string,
  { feeder, station }: HomeConfig,
  provider: string,
): Topic => ({ region, feeder, kind: 'reading', id: `${station}.${provider}` })

/** A station speaks of itself alone, whatever else it was granted: a topic's id is it, or begins with it and a dot. */
export const speaksOfItself = ({ role, eui }: Peer, { id }: Topic): boolean =>
  role === 'station' && (id === eui || id.startsWith(`${eui}.`))
