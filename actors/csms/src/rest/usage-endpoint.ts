import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { fromIso, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import {
  exportDaysMax,
  exportFormats,
  halfHourly,
  isExportFormat,
  isExportPeriod,
  longestPeriod,
  together,
  writeExport,
  type ExportPeriod,
  type RegisterReading,
} from '@interlock/privacy'
import { Type } from 'typebox'
import { samplesOf } from '../core/samples.ts'
import type { StationView } from '../core/view.ts'
import { readTransaction } from '../data/kept-events.ts'
import type { KeptTransaction } from '../data/transaction-events.ts'
import { withStation, type Api } from './api.ts'

export const usageLimits = {
  /** Of one export. */
  transactionsMax: 100,
} as const

const UsageAnswer = Type.Object({
  station: Type.String(),
  unit: Type.Literal('Wh'),
  intervals: Type.Array(Type.Record(Type.String(), Type.Unknown())),
})

/** PF16, PF22: what was charged, half-hour by half-hour, for whoever it is about to take along. */
export const usageEndpoint = (api: Api): Endpoint => ({
  method: 'GET',
  url: '/api/v1/stations/:id/usage',
  roles: ['web'],
  answer: UsageAnswer,
  summary:
    'What was charged by half-hours: `from`, `until`, `format` (`json`, `csv`, `greenButton`), `token` for one driver’s.',
  handle: withStation(api, (view, request) => usage(api, view, request)),
})

async function usage({ context }: Api, view: StationView, request: HttpRequest): Promise<Reply> {
  const { deps, transactions } = context
  const now = deps.clock.now()
  const { format = 'json', token } = request.query
  if (!isExportFormat(format)) return problem('BodyInvalid', 'format')
  const period = periodOf(request.query, now)
  if (period === undefined)
    return problem('BodyInvalid', `from and until, ${exportDaysMax} days at most`)
  const { stationId, eui } = view.record
  const found = await within(transactions, stationId, period)
  if (found === undefined) return problem('BodyInvalid', 'fewer days: there were too many charges')
  const charges = []
  for (const each of found) {
    if (token !== undefined && tokenOf(each) !== token.toLowerCase()) continue
    const { transactionId } = each
    const { events } = await readTransaction(transactions, { stationId, transactionId })
    charges.push(halfHourly(readingsOf(events)))
  }
  const intervals = together(charges).filter(
    ({ from, until }) => until > period.from && from < period.until,
  )
  const body = writeExport(format, { station: eui, intervals }, now, deps.crypto)
  return { status: 200, body, type: exportFormats[format] }
}

function periodOf({ from, until }: HttpRequest['query'], now: Instant): ExportPeriod | undefined {
  const end = until === undefined ? now : fromIso(until)
  const begin = from === undefined ? end && longestPeriod(end).from : fromIso(from)
  if (end === undefined || begin === undefined) return undefined
  const period = { from: begin, until: end }
  return isExportPeriod(period) ? period : undefined
}

/** Those that the period touches; `undefined` when they are too many. */
async function within(
  transactions: Api['context']['transactions'],
  stationId: string,
  { from, until }: ExportPeriod,
): Promise<readonly KeptTransaction[] | undefined> {
  // Whatever began later than its end is none of it.
  const before = { at: until, transactionId: '' }
  const limit = usageLimits.transactionsMax + 1
  const latest = await transactions.list(stationId, { limit, before })
  const touched = latest.filter(({ endedAt }) => endedAt === undefined || endedAt > from)
  return touched.length > usageLimits.transactionsMax ? undefined : touched
}

const tokenOf = ({ begunWith }: KeptTransaction): string | undefined =>
  begunWith?.value?.idToken.toLowerCase()

/** Registers in the order of their moments. */
function readingsOf(events: readonly Request<'TransactionEvent'>[]): readonly RegisterReading[] {
  const readings = events.flatMap(({ meterValue = [] }) =>
    meterValue.flatMap((value) => {
      const { registerWattHours: wattHours } = samplesOf([value])
      const at = fromIso(value.timestamp)
      return wattHours === undefined || at === undefined ? [] : [{ at, wattHours }]
    }),
  )
  return readings.sort((left, right) => left.at - right.at)
}
