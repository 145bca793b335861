import type { Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import type { Command } from './commands.ts'
import { boundedProfile } from './core/bounded-profile.ts'
import type { TrustMode } from './data/stations.ts'

/** The command as a station of that trust mode is sent it; what was asked for stays with it. */
export function bounded(command: Command, trust: TrustMode, now: Instant): Command {
  if (trust !== 'standard' || command.action !== 'SetChargingProfile') return command
  const asked = command.payload as Request<'SetChargingProfile'>
  const chargingProfile = boundedProfile(asked.chargingProfile, now)
  return chargingProfile === asked.chargingProfile
    ? command
    : { ...command, payload: { ...asked, chargingProfile }, asked }
}
