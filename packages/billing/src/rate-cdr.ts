import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import type { VerifyEcdsa } from '@interlock/ocmf'
import {
  ocpiTime,
  operatorOf,
  sameCi,
  sameOwner,
  type Cdr,
  type OcpiPrice,
  type Tariff,
} from '@interlock/ocpi'
import { costOf } from './cost.ts'
import type { ContractVehicle } from './metering-receipt.ts'
import type { RatingProblem } from './rating-problems.ts'
import { signedSession, type RegisteredMeter, type SignedSession } from './signed-session.ts'

/** The meter that a charging point had at a time, by the register and nobody else. */
export type MeterAt = (evseId: string, at: Instant) => RegisteredMeter | undefined

/** What has been billed: names of records, references of authorisations, and the pages of each meter. */
export type Billed = {
  readonly records: ReadonlySet<string>
  /** As `referenceName` has them. */
  readonly references: ReadonlySet<string>
  readonly pages: ReadonlyMap<string, readonly (readonly [number, number])[]>
}
export const nothingBilled: Billed = { records: new Set(), references: new Set(), pages: new Map() }

/** By which a reference is billed once, in whichever case it is written. */
export const referenceName = ({ authorization_reference: reference }: Cdr): string | undefined =>
  reference?.toUpperCase()

/** A record that holds: what is billed to the driver, and how surely it is the driver. */
export type RatedSession = SignedSession & { readonly cost: Required<OcpiPrice> }

/** The record's clock may differ from the meter's by so much. */
const clockMillisMax = 60_000
/** The record's energy is rounded: half of 0.001 kWh. */
const energyWattHoursMax = 0.5
/** Half of the smallest coin, and what adding decimals loses. */
const costMax = 0.005_001
/** Where no reading names a driver, and of a contract that is asked about each time: so long before the charge at most. */
const authorisedMillisMax = 24 * 3_600_000

export type RatingDeps = {
  readonly meterAt: MeterAt
  readonly verifyEcdsa: VerifyEcdsa
  /** When we authorised the token there under the reference that the record names; `undefined` where we did not. */
  readonly authorisedAt: (cdr: Cdr) => Instant | undefined
  /** Whether the token of a record is to be asked about each time (`whitelist` *NEVER*). */
  readonly isAskedAlways: (token: Cdr['cdr_token']) => boolean
  /** The vehicle of a contract that signs (ISO 15118), where it is known. */
  readonly vehicleOf?: (token: Cdr['cdr_token']) => ContractVehicle | undefined
}

/**
 * Bills a charge detail record by what its meter has signed, verified with the register's key, and by the
 * tariff that was agreed; what the operator says beside it has to be the same.
 * @returns the session and what has been billed with it, or why not; `ratingProblems` names who is at fault
 */
export function rateCdr(
  cdr: Cdr,
  agreed: Tariff,
  billed: Billed,
  { meterAt, verifyEcdsa, vehicleOf, authorisedAt, isAskedAlways }: RatingDeps,
): Outcome<{ readonly session: RatedSession; readonly billed: Billed }, RatingProblem> {
  const name = `${cdr.country_code}*${cdr.party_id}*${cdr.id}`.toUpperCase()
  if (billed.records.has(name)) return refused('RecordReplayed', name)
  if (cdr.credit === true || cdr.credit_reference_id !== undefined)
    return refused('CreditUnsupported', cdr.credit_reference_id)
  const { evse_id: evseId } = cdr.cdr_location
  const operator = operatorOf(evseId)
  if (operator === undefined || !sameOwner(operator, cdr)) return refused('EvseOther', evseId)
  const [start, end] = [ocpiTime(cdr.start_date_time), ocpiTime(cdr.end_date_time)]
  if (start === undefined || end === undefined) return refused('TimesDiffer', 'no such time')
  if (cdr.signed_data === undefined) return refused('SignedDataMissing')
  const meter = meterAt(evseId, start)
  if (meter === undefined) return refused('MeterUnregistered', evseId)
  const signed = signedSession(cdr.signed_data, meter, verifyEcdsa, {
    vehicle: vehicleOf?.(cdr.cdr_token),
    meterId: cdr.meter_id,
  })
  if (!signed.ok) return signed
  const session = signed.value
  const before = billed.pages.get(meter.serial) ?? []
  const [first, last] = session.pages
  if (before.some(([from, until]) => first <= until && from <= last))
    return refused('SessionReplayed', `pages T${first} to T${last}`)
  const wrong = differenceOf(cdr, session, start, end)
  if (wrong !== undefined) return refused(wrong.reason, wrong.detail)
  if (billsTime(agreed) && !session.isTimeKnown) return refused('TimeUnknown')
  const cost = costOf(agreed, {
    wattHours: session.wattHours,
    hours: (session.until - session.from) / 3_600_000,
  })
  if (!cost.ok) return cost
  if (cdr.currency !== agreed.currency || !sameCost(cdr.total_cost, cost.value))
    return refused(
      'CostDiffers',
      `${cdr.total_cost.excl_vat}, not ${cost.value.excl_vat.toFixed(4)}`,
    )
  const driver = driverProblem(cdr, session, authorisedAt(cdr), isAskedAlways(cdr.cdr_token))
  const reference = referenceName(cdr)
  const isUsed = reference !== undefined && billed.references.has(reference)
  const problem = driver ?? (isUsed ? 'ReferenceUsed' : undefined)
  if (problem !== undefined) return refused(problem, cdr.authorization_reference ?? 'no reference')
  return ok({
    session: { ...session, cost: cost.value },
    billed: {
      records: new Set([...billed.records, name]),
      references: new Set([...billed.references, ...(reference === undefined ? [] : [reference])]),
      pages: new Map([...billed.pages, [meter.serial, [...before, session.pages]]]),
    },
  })
}

const billsTime = ({ elements }: Tariff): boolean =>
  elements.some((element) => element.price_components.some(({ type }) => type === 'TIME'))

/**
 * A charge is a driver's by what the meter signed of it. Where the operator says that it asked us, we have answered; and where
 * the meter knew nobody, only our answer tells whose charge it was.
 */
function driverProblem(
  { auth_method: method, authorization_reference: reference }: Cdr,
  { token, from, until }: SignedSession,
  at: Instant | undefined,
  isAskedAlways: boolean,
): RatingProblem | undefined {
  const isOfCharge =
    at !== undefined && at >= from - authorisedMillisMax && at <= until + clockMillisMax
  if (token === undefined) return isOfCharge ? undefined : 'DriverUnknown'
  const wasAsked = method !== 'WHITELIST' || reference !== undefined
  if (wasAsked && at === undefined) return 'ReferenceUnknown'
  return isAskedAlways && !isOfCharge ? 'AuthorisationMissing' : undefined
}

type Difference = { readonly reason: RatingProblem; readonly detail: string }

/** What the operator says and the meter does not. */
function differenceOf(
  cdr: Cdr,
  { from, until, wattHours, token }: SignedSession,
  start: Instant,
  end: Instant,
): Difference | undefined {
  if (token !== undefined && !sameCi(token, cdr.cdr_token.uid))
    return { reason: 'DriverOther', detail: cdr.cdr_token.uid }
  // A vehicle may be connected before and after the meter counts, but then nothing is billed.
  if (Math.abs(start - from) > clockMillisMax || Math.abs(end - until) > clockMillisMax)
    return { reason: 'TimesDiffer', detail: `${cdr.start_date_time} to ${cdr.end_date_time}` }
  if (Math.abs(cdr.total_time * 3_600_000 - (end - start)) > clockMillisMax)
    return { reason: 'TimesDiffer', detail: `${cdr.total_time} h in all` }
  if (Math.abs(cdr.total_energy * 1_000 - wattHours) > energyWattHoursMax)
    return { reason: 'EnergyDiffers', detail: `${cdr.total_energy} kWh, signed ${wattHours} Wh` }
  const periods = cdr.charging_periods
    .flatMap((period) => period.dimensions)
    .filter(({ type }) => type === 'ENERGY')
    .reduce((sum, { volume }) => sum + volume * 1_000, 0)
  if (Math.abs(periods - wattHours) > energyWattHoursMax * cdr.charging_periods.length)
    return { reason: 'PeriodsDiffer', detail: `${periods} Wh, signed ${wattHours} Wh` }
  return undefined
}

const sameCost = (said: OcpiPrice, computed: Required<OcpiPrice>): boolean =>
  Math.abs(said.excl_vat - computed.excl_vat) <= costMax &&
  (said.incl_vat === undefined || Math.abs(said.incl_vat - computed.incl_vat) <= costMax)
