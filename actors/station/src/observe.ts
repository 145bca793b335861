import { toIso, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { hoursState } from './charging-hours.ts'
import { isOutOfService } from './core/availability.ts'
import { chargingState, registerWattHours, type Override } from './core/charger.ts'
import type { HoursState } from './core/own-hours.ts'
import { isVehicleFull } from './hardware.ts'
import type { Station } from './station.ts'
import { priceNow } from './tariff.ts'

/** What a charger would show of itself: what, why, until when, and what it waits for. */
export type Observation = {
  readonly state: string
  readonly why: string
  /** When this may change by itself; ms since 1970. */
  readonly until: Instant | undefined
  readonly setPointWatts: number
  readonly powerWatts: number
  readonly meterWattHours: number
  readonly override: Override | undefined
  readonly waitingFor: 'Authorisation' | 'RandomDelay' | 'Arm' | undefined
  /** The display asks what becomes of the default charging hours (regulation 10). */
  readonly asksForHours: boolean
  /** In force, waiting for the supervisor's acknowledgement, or refused, and why. */
  readonly hours: HoursState
  /** A trigger is here and its arm is not. */
  readonly waitingForArm: boolean
  readonly transactionId: string | undefined
  /** What the CSMS says the transaction costs, or that the last one has cost; in its currency (I02, I03). */
  readonly totalCost: number | undefined
  /** What the supplier of the home asks now; `undefined` where it is not known. */
  readonly pencePerKilowattHour: number | undefined
}

export function observe(station: Station): Observation {
  const { keeper, charging, deps, judging } = station
  const now = deps.clock.now()
  const { charger, transaction } = keeper.memory
  const { wanted } = charging
  const pending = charger.applied.pending
  const waits = {
    Authorisation: charger.authorisation.state === 'waiting',
    RandomDelay: pending !== undefined,
    Arm: judging.waiting > 0,
  }
  const waitingFor = (['Authorisation', 'RandomDelay', 'Arm'] as const).find((each) => waits[each])
  return {
    state: chargingState(charger),
    why: isVehicleFull(charger, now) ? 'Full' : wanted.why,
    until: pending?.due ?? wanted.until,
    setPointWatts: charger.applied.watts,
    powerWatts: charger.meter.powerWatts,
    meterWattHours: registerWattHours(charger, now),
    override: charger.override,
    waitingFor,
    asksForHours:
      station.mode === 'supervised' &&
      charger.vehicle !== undefined &&
      charger.hours === undefined &&
      station.config.dsrAgreement === undefined,
    hours: hoursState(station),
    waitingForArm: waits.Arm,
    transactionId: transaction?.id,
    totalCost: costOf(station),
    pencePerKilowattHour: priceNow(station),
  }
}

function costOf({ keeper, moment: { cost } }: Station): number | undefined {
  const current = keeper.memory.transaction?.id ?? cost?.transactionId
  return cost?.transactionId === current ? cost?.totalCost : undefined
}

/** The same for the console, in JSON. */
export function stateReport(station: Station): Readonly<Record<string, unknown>> {
  const { state, why, until, setPointWatts, powerWatts, override, waitingFor } = observe(station)
  const { refused } = station.moment
  return {
    state,
    why,
    until: until === undefined ? null : toIso(until),
    setPointWatts,
    powerWatts,
    override:
      override === undefined
        ? null
        : { action: override.action, until: toIso(override.until), by: override.by },
    waitingFor: waitingFor ?? null,
    refused: refused === undefined ? null : { ...refused, at: toIso(refused.at) },
    // Whoever reports what stations draw must leave out one that is in a sum.
    summed: station.config.sums !== undefined,
  }
}

/** OCPP's connectorStatus (ConnectorStatusEnumType). */
export function connectorStatus(
  station: Station,
): Request<'StatusNotification'>['connectorStatus'] {
  const { charger } = station.keeper.memory
  if (charger.fault !== undefined) return 'Faulted'
  const occupied = charger.vehicle !== undefined || charger.looseCable !== undefined
  // A new session is not to begin before the firmware is in place (L01).
  const closed = !occupied && station.firmware.blocksSessions()
  if (closed || isOutOfService(charger.outOfService)) return 'Unavailable'
  return occupied ? 'Occupied' : 'Available'
}
