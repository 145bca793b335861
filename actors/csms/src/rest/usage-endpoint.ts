import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { fromIso, type Instant } from '@interlock/kernel'
import {
  exportDaysMax,
  exportFormats,
  isExportFormat,
  isExportPeriod,
  longestPeriod,
  writeExport,
  type ExportPeriod,
} from '@interlock/privacy'
import { Type } from 'typebox'
import type { StationView } from '../core/view.ts'
import { readUsage } from '../data/usage.ts'
import { withStation, type Api } from './api.ts'

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
  const wanted = token?.toLowerCase()
  const intervals = await readUsage(transactions, stationId, period, wanted)
  if (intervals === undefined)
    return problem('BodyInvalid', 'fewer days: there were too many charges')
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
