import { fromIso, instant, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import {
  nanopence,
  penceText,
  priceUsage,
  wholePence,
  type Nanopence,
  type UsageInterval,
} from '@interlock/tariff'
import { costVersionAt, type CostTariff } from './cost-tariff.ts'
import { samplesOf } from './samples.ts'
import { inOrder } from './transaction-document.ts'

type Event = Request<'TransactionEvent'>

/** What a transaction costs; each part exact. */
export type Cost = {
  readonly currency: string
  /** Of the tariff, in force when the transaction started. */
  readonly version: number
  readonly wattHours: number
  readonly energy: Nanopence
  /** Whole minutes in which it was idle. */
  readonly idleMinutes: number
  readonly fees: Nanopence
  readonly total: Nanopence
}

/** Whatever a station says its clock shows: for longer than a quarter of a year nothing is computed. */
export const pricedMillisMax = 92 * 24 * 3_600_000

/**
 * The cost of a transaction from its events, in whichever order and however often they came: its meter
 * readings (whole watt-hours) in the order of time, the energy between two of them spread evenly, each
 * part at the price of its time. A register that runs back counts nothing. `until`: still running, and
 * as it is then. Undefined where no tariff was in force at its start, or nothing was metered.
 */
export function transactionCost(
  tariff: CostTariff,
  events: readonly Event[],
  until?: Instant,
): Cost | undefined {
  const ordered = inOrder(events)
  const readings = readingsOf(ordered)
  const [first] = readings
  if (first === undefined) return undefined
  const times = [...readings.map(({ at }) => at), ...ordered.map(timeOf), until ?? first.at]
  const startedAt = times.reduce((a, b) => Math.min(a, b))
  const version = costVersionAt(tariff, instant(startedAt))
  const lasted = times.reduce((a, b) => Math.max(a, b)) - startedAt
  if (version === undefined || lasted > pricedMillisMax) return undefined
  const bill = priceUsage(version.energy, usageOf(readings))
  if (!bill.ok) return undefined
  const { wattHours, cost: energy } = bill.value
  const idleMinutes = Math.floor(idleMillis(ordered, until) / 60_000)
  const session = wattHours > 0 ? version.sessionFee : 0n
  const fees = nanopence(session + version.idleFeePerMinute * BigInt(idleMinutes))
  const total = nanopence(energy + fees)
  const { currency } = tariff
  return { currency, version: version.version, wattHours, energy, idleMinutes, fees, total }
}

/** As the wire has it: in the currency, to its hundredth, half a hundredth up. Rounded here alone. */
export const totalCostOf = ({ total }: Cost): number => Number(wholePence(total)) / 100

/** A cost as it is kept and as the API shows it; parts in pence with every digit. */
export type CostDocument = {
  readonly currency: string
  readonly tariffVersion: number
  readonly wattHours: number
  readonly energyPence: string
  readonly idleMinutes: number
  readonly feesPence: string
  readonly totalCost: number
  /** The transaction has ended. */
  readonly final: boolean
}
export const costDocument = (cost: Cost, final: boolean): CostDocument => ({
  currency: cost.currency,
  tariffVersion: cost.version,
  wattHours: cost.wattHours,
  energyPence: penceText(cost.energy),
  idleMinutes: cost.idleMinutes,
  feesPence: penceText(cost.fees),
  totalCost: totalCostOf(cost),
  final,
})

type Reading = { readonly at: number; readonly wattHours: number }

function readingsOf(events: readonly Event[]): readonly Reading[] {
  const readings = events.flatMap(({ meterValue }) =>
    (meterValue ?? []).flatMap((value) => {
      const at = fromIso(value.timestamp)
      const { registerWattHours } = samplesOf([value])
      return at === undefined || registerWattHours === undefined
        ? []
        : [{ at, wattHours: Math.round(registerWattHours) }]
    }),
  )
  return readings.sort((a, b) => a.at - b.at || a.wattHours - b.wattHours)
}

/** Readings of one instant count within a millisecond. */
function usageOf(readings: readonly Reading[]): readonly UsageInterval[] {
  const usage: UsageInterval[] = []
  let [last, until] = [readings[0]?.wattHours ?? 0, readings[0]?.at ?? 0]
  for (const { at, wattHours } of readings) {
    const counted = Math.max(0, wattHours - last)
    if (at <= until && counted === 0) continue
    const from = instant(until)
    until = Math.max(at, until + 1)
    last += counted
    usage.push({ from, until: instant(until), wattHours: counted })
  }
  return usage
}

/** The car could charge and does not; where the station holds it back, nobody pays for that. */
const idle: ReadonlySet<string | undefined> = new Set(['SuspendedEV', 'EVConnected', 'Idle'])

/** How long it stood idle after it had charged. */
function idleMillis(ordered: readonly Event[], until: Instant | undefined): number {
  let total = 0
  let state: string | undefined
  let charged = false
  let since = -Infinity
  const reach = (at: number): void => {
    if (charged && idle.has(state)) total += Math.max(0, at - since)
    since = Math.max(since, at)
  }
  for (const event of ordered) {
    reach(timeOf(event))
    state = event.transactionInfo.chargingState ?? state
    charged ||= state === 'Charging'
  }
  if (until !== undefined) reach(until)
  return total
}

const timeOf = ({ timestamp }: Event): number => fromIso(timestamp) ?? 0
