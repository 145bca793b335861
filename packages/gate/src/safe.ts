import type { RefusalReason, SignedCommand } from '@interlock/contract'
import { ok, refused, type Outcome } from '@interlock/kernel'
import type { Second } from './seconded.ts'
import type { Setting } from './setting.ts'
import { evseOf, type GateState } from './state.ts'

/** Highest set-point that arm and site allow; absent where the command has none. */
export type Safe = { readonly ceilingWatts?: number }

/** Gate 5: never above the hardware, the fuse or the site limit; nothing for a faulted EVSE. */
export function safe(
  command: SignedCommand,
  setting: Setting,
  second: Second,
  state: GateState,
): Outcome<Safe, RefusalReason> {
  const { evse: id } = command.target
  const evse = evseOf(state, id)
  if (id !== 0 && evse === undefined) return refused('NoSuchEvse', `${id}`)
  const charges = setting.kind === 'start' || setting.kind === 'profile'
  if (charges && evse?.faulted === true) return refused('EvseFaulted', `${id}`)
  const { hardwareWatts, fuseWatts, siteWatts } = state.limits
  const hardware = Math.min(evse?.ratingWatts ?? hardwareWatts, hardwareWatts)
  const asked =
    setting.kind === 'profile' ? Math.max(...setting.periods.map((period) => period.limitWatts)) : 0
  if (asked > hardware) return refused('AboveHardware', `${asked} W above ${hardware} W`)
  if (asked > fuseWatts) return refused('AboveFuse', `${asked} W above ${fuseWatts} W`)
  if (asked > siteWatts) return refused('AboveSite', `${asked} W above ${siteWatts} W`)
  if (!charges || second.by !== 'armed') return ok({})
  const level = (second.arm.levelPercent / 100) * (evse?.ratingWatts ?? 0)
  return ok({ ceilingWatts: Math.min(level, hardware, fuseWatts, siteWatts) })
}
