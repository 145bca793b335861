import { inMinutes, plus, type Instant, type Timer } from '@interlock/kernel'
import type { ChargingProfileType } from '@interlock/ocpp'
import type { Commands } from './commands.ts'
import type { Context } from './context.ts'
import { endOf } from './core/bounded-profile.ts'
import { order } from './core/goal.ts'
import type { StationView } from './core/view.ts'
import { factsOf } from './known.ts'

export type Renewals = {
  start(): void
  close(): void
}

/** How often is looked, and how long before its end a profile is renewed: two tries before it. */
const lookMinutes = 30
const aheadMinutes = 61

/**
 * Sends profiles that were wanted for longer than a day again before they end, at standard stations.
 * Each time the supervisor is asked and the ledgers are charged; after a refusal the profile ends.
 */
export function createRenewals(context: Context, commands: Commands): Renewals {
  const { clock } = context.deps
  let timer: Timer | undefined
  let closed = false

  const renewAll = async (): Promise<void> => {
    const due = [...context.views.values()]
      .filter(({ record }) => record.trust === 'standard' && context.sessions.has(record.stationId))
      .sort((a, b) => order(a.record.stationId, b.record.stationId))
    for (const view of due) if (!closed) await renew(view)
  }
  const renew = async ({ record: { stationId } }: StationView): Promise<void> => {
    const profiles = await factsOf(context, stationId, 'profile')
    for (const fact of profiles.values()) {
      const { evseId, chargingProfile, wanted } = fact as Standing
      if (!wanted || !isDue(chargingProfile, wanted, clock.now())) continue
      await commands.send({
        stationId,
        action: 'SetChargingProfile',
        payload: { evseId, chargingProfile: wanted },
        evse: evseId,
        effectFrom: clock.now(),
      })
    }
  }
  const again = (): void => {
    if (closed) return
    const label = `${context.config.actor}/renewals`
    timer = clock.after(inMinutes(lookMinutes), label, () => renewAll().finally(again))
  }
  return {
    start: again,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}

/** A profile at a station, and the longer one that it stands for. */
type Standing = {
  readonly evseId: number
  readonly chargingProfile: ChargingProfileType
  readonly wanted?: ChargingProfileType | null
}

function isDue(standing: ChargingProfileType, wanted: ChargingProfileType, now: Instant): boolean {
  const end = endOf(standing) ?? now
  const last = endOf(wanted) ?? Infinity
  return end <= plus(now, inMinutes(aheadMinutes)) && last > Math.max(end, now)
}
