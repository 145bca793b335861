import { learned } from '../core/facts.ts'
import { noParts } from '../core/report.ts'
import type { Teaches } from './lesson.ts'

/** B07, B08: a report is expected from here on; parts of an older one with this id do not count. */
export const getBaseReport: Teaches<'GetBaseReport'> = (
  { requestId, reportBase },
  { status },
  at,
) => reportAsked('NotifyReport', requestId, { reportBase, status, askedAt: at })

export const getReport: Teaches<'GetReport'> = (request, { status }, at) =>
  reportAsked('NotifyReport', request.requestId, { request, status, askedAt: at })

export const getMonitoringReport: Teaches<'GetMonitoringReport'> = (request, { status }, at) =>
  reportAsked('NotifyMonitoringReport', request.requestId, { request, status, askedAt: at })

export const getChargingProfiles: Teaches<'GetChargingProfiles'> = (request, { status }, at) =>
  reportAsked('ReportChargingProfiles', request.requestId, { request, status, askedAt: at })

export const getDisplayMessages: Teaches<'GetDisplayMessages'> = (request, { status }, at) =>
  reportAsked('NotifyDisplayMessages', request.requestId, { request, status, askedAt: at })

/** The report may have overtaken the answer that announces it, so its parts stay. */
function reportAsked(message: string, requestId: number, asked: Readonly<Record<string, unknown>>) {
  const key = `${message}/${requestId}`
  return { put: [learned('report', key, { requestId, message, ...asked })] }
}

/** Before the request leaves: what came under this id belongs to an older request. */
export const emptyReport = (message: string, requestId: number) =>
  learned('report', `${message}/${requestId}`, { requestId, message, profiles: [], ...noParts })
