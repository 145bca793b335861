import { problem, type ActorDeps, type Endpoint } from '@interlock/host'
import { instant, parseEui64, toIso, type Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { billDocument } from '@interlock/tariff'
import type { HalfHours } from '@interlock/topics'
import { ownPeople } from '../own-people.ts'
import { billDaysMax, billPeriodOf, customerBill, type BillRefusal } from './bill.ts'
import type { PublishedTariffs } from './published-tariffs.ts'
import { totalPurposes, type TotalPurpose, type UsageTotals } from './usage-totals.ts'

const words: Readonly<Record<BillRefusal, string>> = {
  UsageUnknown: 'nothing is known of what was used then',
  PriceUnknown: 'there is no price for all of then',
  ClocksDiffer: 'tariffs of two clocks were in force: ask for each period apart',
}

/** A bill as it is answered. */
export type CustomerBillDocument = ReturnType<typeof billDocument> & {
  readonly station: string
  readonly from: string
  readonly until: string
  /** Name of the tariff. */
  readonly tariff: string
  readonly missingHalfHours: number
}

/** Whole days and months of one customer, as it is answered; half-hours are in bills alone. */
export type CustomerUsageDocument = { readonly station: string } & Readonly<
  Record<
    TotalPurpose,
    readonly { readonly from: string; readonly until: string; readonly wattHours: number }[]
  >
>

/** What customers used, and what it cost; there are customers only where there is a middleware. */
export const customerEndpoints = (parts: {
  readonly own: Eui64
  readonly customers: ReadonlySet<string>
  readonly halfHours: Pick<HalfHours, 'of'>
  readonly totals: Pick<UsageTotals, 'of'>
  readonly tariffs: Pick<PublishedTariffs, 'all'>
  readonly audit: Audit
  readonly deps: Pick<ActorDeps, 'clock'>
}): readonly Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/customers/:station/bill',
    roles: ['supplier'],
    handle: ownPeople(
      parts.own,
      parts.audit,
      'BillRefused',
    )(({ params, query }) => {
      const { customers, halfHours, tariffs, audit } = parts
      const station = parseEui64(params['station'] ?? '')
      if (station === undefined || !customers.has(station))
        return problem('NotFound', 'no customer')
      const period = billPeriodOf(query['from'], query['until'])
      if (period === undefined)
        return problem('BodyInvalid', `from and until, on half-hours, ${billDaysMax} days at most`)
      const billed = customerBill(tariffs.all, halfHours.of(station), period)
      const [from, until] = [toIso(period.from), toIso(period.until)]
      audit.record('BillMade', {
        station,
        from,
        until,
        ...(!billed.ok && { refused: billed.reason }),
      })
      if (!billed.ok) return problem('NotFound', billed.detail ?? words[billed.reason])
      const { tariff, bill, missing } = billed.value
      const body: CustomerBillDocument = {
        station,
        from,
        until,
        tariff,
        missingHalfHours: missing,
        ...billDocument(bill),
      }
      return { status: 200, body }
    }),
  },
  {
    method: 'GET',
    url: '/api/v1/customers/:station/usage',
    roles: ['supplier'],
    handle: ownPeople(
      parts.own,
      parts.audit,
      'UsageRefused',
    )(({ params }) => {
      const station = parseEui64(params['station'] ?? '')
      if (station === undefined || !parts.customers.has(station))
        return problem('NotFound', 'no customer')
      parts.audit.record('UsageRead', { station })
      const [daily, monthly] = totalPurposes.map((purpose) =>
        parts.totals.of(station, purpose).map(({ from, until, wattHours }) => ({
          from: toIso(instant(from)),
          until: toIso(instant(until)),
          wattHours,
        })),
      )
      const body = { station, daily, monthly }
      return { status: 200, body }
    }),
  },
]
