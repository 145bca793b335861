import { limits } from '@interlock/contract'
import { eui64, type Instant } from '@interlock/kernel'
import { install, type ProfileLimits, type RateUnit, type Stack } from '@interlock/power'
import { nobody } from './core/authorisation.ts'
import { isOutOfService } from './core/availability.ts'
import type { Charger, Plan } from './core/charger.ts'
import type { Memory, MemoryChange, StoredProfile } from './core/memory.ts'
import { supplyVolts } from './core/meter-values.ts'
import { installed } from './core/profiles.ts'
import type { Transaction } from './core/transaction.ts'
import { fallbackWatts } from './gate-state.ts'
import type { Station } from './station.ts'

/** Nobody charges here any more; the vehicle may still be plugged in. */
export function released(charger: Charger): Charger {
  const { holder: _, barred: __, barredAtWattHours: ___, guest: ____, ...rest } = charger
  return { ...rest, authorisation: nobody }
}

/** A home follows its absolute schedules; a standard station whatever OCPP can express. */
export const planOf = (
  station: Station,
  memory: Pick<Memory, 'profiles' | 'transaction' | 'variables'>,
  now: Instant,
): Plan =>
  station.mode === 'standard' ? stackOf(station, memory, now) : installed(memory.profiles)

/** No new session can begin here now. */
export function isClosed({ keeper, firmware }: Station): boolean {
  const { outOfService, fault } = keeper.memory.charger
  return isOutOfService(outOfService) || fault !== undefined || firmware.blocksSessions()
}

export function stackOf(
  { evse, ratings }: Station,
  { profiles, transaction, variables }: Pick<Memory, 'profiles' | 'transaction' | 'variables'>,
  now: Instant,
): Stack {
  return {
    held: profiles,
    evse,
    ...(transaction === undefined ? {} : { transactionId: transaction.id }),
    anchor: transaction?.startedAt ?? now,
    volts: supplyVolts,
    phases: ratings.phases ?? 1,
    fallbackWatts: Math.min(
      fallbackWatts({ variables }, ratings),
      ratings.fuseWatts,
      ratings.siteWatts,
    ),
  }
}

export function profileLimits(station: Station, transaction?: Transaction): ProfileLimits {
  const { model, evse, keeper, ratings } = station
  const { id } = transaction ?? keeper.memory.transaction ?? { id: undefined }
  return {
    evses: [evse],
    transactionOn: (which) => (which === evse ? id : undefined),
    rateUnits: model.setting('SmartChargingCtrlr', 'RateUnit') as readonly RateUnit[],
    stackLevelMax: model.setting('SmartChargingCtrlr', 'ProfileStackLevel'),
    periodsMax: model.setting('SmartChargingCtrlr', 'PeriodsPerSchedule'),
    entriesMax: limits.profilesHeldMax,
    phases: ratings.phases ?? 1,
    phaseSwitching: false,
  }
}

/** K05: the profile that came with a remote start belongs to the transaction that begins. */
export function onBegun(
  station: Station,
  memory: Memory,
  transaction: Transaction,
): MemoryChange['set'] {
  const { evse, mode } = station
  const { starting, profiles } = memory
  if (mode === 'supervised' || starting === undefined) return undefined
  const asked: StoredProfile = {
    ...wordOf(station),
    evse,
    profile: { ...starting, transactionId: transaction.id },
  }
  const held = install(profiles, asked, profileLimits(station, transaction))
  return { starting: null, ...(held.ok ? { profiles: held.value } : {}) }
}

/** Where a standard station's profile comes from: its CSMS, and nobody's reservation. */
export const wordOf = ({ config }: Station): Pick<StoredProfile, 'originator' | 'reference'> => ({
  originator: eui64(config.organisation),
  reference: 'OCPP',
})

/**
 * A TxProfile ends with its transaction (K02.FR.05), a scheduled change of availability comes with
 * it (G03.FR.05), and who charged charges no more.
 */
export function onEnded(station: Station, memory: Memory, charger: Charger): MemoryChange['set'] {
  const { scheduled } = memory
  const profiles = memory.profiles.filter((each) => each.profile.transactionId === undefined)
  if (station.mode === 'supervised') return { profiles }
  const outOfService = { ...charger.outOfService, ...scheduled }
  return {
    profiles,
    kept: [],
    scheduled: {},
    starting: null,
    charger: { ...released(charger), outOfService },
  }
}
