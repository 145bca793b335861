import { registeredImageOf, type SignedCommand } from '@interlock/contract'
import type { ProfileSetting, Setting } from '@interlock/gate'
import { fromIso, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { fromChargingProfile, type ChargingProfile } from '@interlock/power'
import { ratingOf, type Device } from './device.ts'

export type Implausible = Outcome<undefined, 'PlausibilityFailed'>

const plausible: Implausible = ok(undefined)
const implausible = (detail: string): Implausible => refused('PlausibilityFailed', detail)

/** What the register knows of firmware. */
export type FirmwareRegister = { readonly has: (sha256: string) => boolean }

/** Whether an authentic, permitted command makes sense for this device. */
export function plausibility(
  command: SignedCommand,
  setting: Setting,
  device: Device,
  firmware: FirmwareRegister,
  now: Instant,
): Implausible {
  const { target, effect, expiresAt, action } = command
  if (target.evse !== 0 && !device.evses.includes(target.evse))
    return implausible(`the station has no EVSE ${target.evse}`)
  if (effect.from > expiresAt) return implausible('it would take effect after it has expired')
  if (setting.kind === 'profile') return profile(command, setting, device, now)
  if (setting.kind === 'curve' && setting.curve.until <= now)
    return implausible('the curve is over')
  if (action === 'UpdateFirmware')
    return inItsTime(command) ? registered(command.payload, firmware) : installsLater
  return plausible
}

function profile(
  command: SignedCommand,
  setting: ProfileSetting,
  device: Device,
  now: Instant,
): Implausible {
  if (!readTwice(command.payload, setting)) return implausible('two readings of it differ')
  const highest = Math.max(...setting.periods.map((period) => period.limitWatts))
  const rating = ratingOf(device, command.target.evse)
  if (highest > rating) return implausible(`${highest} W above the rating of ${rating} W`)
  if (setting.until <= now) return implausible('the schedule is over')
  const first = Math.max(now, setting.from)
  if (first + device.delaySecondsMax * 1000 > command.effect.until)
    return implausible('its first change, with the random delay, is outside its effect interval')
  return plausible
}

/** The gate's reading and that of package power share no code. */
function readTwice(payload: unknown, setting: ProfileSetting): boolean {
  const { chargingProfile } = payload as { chargingProfile: ChargingProfile }
  const second = fromChargingProfile(chargingProfile)
  if (!second.ok) return false
  const { from, until, periods } = second.value
  return (
    from === setting.from &&
    until === setting.until &&
    periods.length === setting.periods.length &&
    periods.every((period, i) => {
      const other = setting.periods[i]
      return period.from === other?.from && period.limitWatts === other.limitWatts
    })
  )
}

const installsLater = implausible('it would install after its effect interval')

/** The restart is charged inside the effect interval; a station puts it off while a car charges. */
function inItsTime({ payload, effect }: SignedCommand): boolean {
  const { firmware } = payload as {
    firmware: { retrieveDateTime: string; installDateTime?: string }
  }
  return [firmware.retrieveDateTime, firmware.installDateTime].every((text) => {
    if (text === undefined) return true
    const at = fromIso(text)
    return at !== undefined && at <= effect.until
  })
}

/** The image is named by its hash: the last part of its location (PF12). */
function registered(payload: unknown, firmware: FirmwareRegister): Implausible {
  const { firmware: image } = payload as { firmware: { location: string } }
  const hash = registeredImageOf(image.location)
  if (hash === undefined)
    return implausible('the location does not end in the SHA-256 of the image')
  return firmware.has(hash) ? plausible : implausible(`firmware ${hash} is not registered`)
}
