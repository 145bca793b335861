import type { Running } from '@interlock/host'
import { inSeconds, type StationId, type Timer } from '@interlock/kernel'
import { ownerName, type ChargingProfileResult } from '@interlock/ocpi'
import { inBackground } from '../background.ts'
import type { RoamingDesk } from './roaming.ts'
import { sessionIdOf, type SessionPlace } from './session-place.ts'

/** Changes that come together are told as one. */
const settleMillis = inSeconds(5)
/** So far ahead a provider is told of its own accord (§14.3.2.2); whoever wants more asks. */
const toldSeconds = 1_800

export type ProfileWatch = Running & {
  /** What this does is the provider's own wish for the session, of which it hears by its outcome. */
  wish(
    place: SessionPlace,
    work: () => Promise<ChargingProfileResult>,
  ): Promise<ChargingProfileResult>
  /** Limits of a station have changed, or may have. */
  changed(station: StationId): void
}
type Desk = Pick<RoamingDesk, 'context' | 'objects' | 'us' | 'outbox'>
const nameOf = ({ us }: Pick<RoamingDesk, 'us'>, id: string) => ({
  module: 'profile-watches',
  owner: ownerName(us),
  id,
})

/** A session that is over is watched no more. */
export const endWatch = async (
  desk: Pick<RoamingDesk, 'objects' | 'us'>,
  id: string,
): Promise<void> => void (await desk.objects.remove(nameOf(desk, id)))

/**
 * Tells a provider that has set limits of a session, and no other, what the station plans when others have changed that:
 * this CSMS, or whoever limits the station and has it say so (K11, K12).
 *
 * @param activeAt what the station plans, all limits together
 */
export function createProfileWatch(
  desk: Desk,
  activeAt: (place: SessionPlace, seconds: number) => Promise<ChargingProfileResult>,
  label: string,
): ProfileWatch {
  const { context, objects, outbox } = desk
  const { clock } = context.deps
  const timers = new Map<StationId, Timer>()
  const wishing = new Set<StationId>()

  const tell = async (stationId: StationId): Promise<void> => {
    for (const transactionId of context.views.get(stationId)?.running.keys() ?? []) {
      const id = await sessionIdOf(desk, stationId, transactionId)
      const place = (await objects.find(nameOf(desk, id))) as SessionPlace | undefined
      if (place === undefined) continue
      const { result, profile } = await activeAt(place, toldSeconds)
      if (result === 'ACCEPTED' && profile !== undefined)
        await outbox.pushState(place.party, 'chargingprofiles', id, profile)
    }
  }
  return {
    async wish(place, work) {
      const { stationId, transactionId } = place
      wishing.add(stationId)
      try {
        const outcome = await work()
        if (outcome.result !== 'ACCEPTED') return outcome
        const kept = nameOf(desk, await sessionIdOf(desk, stationId, transactionId))
        await objects.put({ ...kept, lastUpdated: clock.now(), object: place })
        return outcome
      } finally {
        wishing.delete(stationId)
      }
    },
    changed(stationId) {
      if (wishing.has(stationId) || timers.has(stationId)) return
      const due = (): void => {
        timers.delete(stationId)
        inBackground(context.deps, 'tell-profile', () => tell(stationId))
      }
      timers.set(stationId, clock.after(settleMillis, `${label}/${stationId}`, due))
    },
    close() {
      for (const timer of timers.values()) timer.cancel()
      timers.clear()
      return Promise.resolve()
    },
  }
}
