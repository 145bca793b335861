import { instant, type Instant } from '@interlock/kernel'
import { halfHourMillis } from '@interlock/power'
import { civilTime, endOfDayMillis, whenShown } from './civil-time.ts'
import { switchesOf } from './day-profile.ts'
import type { Micropence } from './money.ts'
import {
  versionAt,
  type Block,
  type BlockPeriod,
  type Tariff,
  type TariffVersion,
  type TimeOfUse,
} from './tariff.ts'

/** What a kilowatt-hour costs, unchanged until `until`. */
export type Rate = {
  readonly version: TariffVersion
  readonly until: Instant
  /** Of time of use; half-hourly prices have no register. */
  readonly register?: number
  readonly name: string
  readonly blocks: readonly Block[]
  readonly blockPeriod: BlockPeriod
}

/**
 * The rate in force at `at`; `undefined` where no version is valid. The register is the one of the
 * last switch by the reading of the tariff's clock: in the hour that comes twice in autumn the
 * registers come twice, and a switch in the hour that is left out in spring happens at its end.
 */
export function rateAt(tariff: Tariff, at: Instant): Rate | undefined {
  const version = versionAt(tariff, at)
  if (version === undefined) return undefined
  const until = nextValidity(tariff, at)
  const { rates } = version
  if (rates.kind === 'timeOfUse') return registerAt(tariff, version, rates, at, until)
  const index = Math.floor((at - version.validFrom) / halfHourMillis)
  const price = rates.prices[index] as Micropence
  const end = version.validFrom + (index + 1) * halfHourMillis
  return {
    version,
    until: instant(Math.min(end, until)),
    name: 'half-hourly',
    blocks: [{ price }],
    blockPeriod: 'month',
  }
}

function registerAt(
  { clock }: Tariff,
  version: TariffVersion,
  rates: TimeOfUse,
  at: Instant,
  until: Instant,
): Rate | undefined {
  const { day, millis } = civilTime(clock, at)
  const switches = switchesOf(rates, day)
  const next = switches.findIndex(({ second }) => second * 1000 > millis)
  // Before its first switch a day goes on as the day before ended.
  const current =
    next === 0 ? switchesOf(rates, day - 1).at(-1) : switches.at(next < 0 ? -1 : next - 1)
  const register = rates.registers.get(current?.register ?? 0)
  if (current === undefined || register === undefined) return undefined
  const ends = next < 0 ? endOfDayMillis : (switches[next]?.second ?? 0) * 1000
  return {
    version,
    until: instant(Math.min(whenShown(clock, at, ends), until)),
    register: current.register,
    name: register.name,
    blocks: register.blocks,
    blockPeriod: rates.blockPeriod,
  }
}

/** When a version next begins or ends to be valid. */
function nextValidity(tariff: Tariff, at: Instant): Instant {
  let next = Infinity
  for (const { validFrom, validUntil } of tariff.versions) {
    if (validFrom > at && validFrom < next) next = validFrom
    if (validUntil > at && validUntil < next) next = validUntil
  }
  return instant(next)
}
