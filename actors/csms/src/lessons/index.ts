import type { StationId } from '@interlock/kernel'
import type { Action, Request, Response } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Lesson } from '../core/facts.ts'
import { factsOf, take } from '../known.ts'
import { changeAvailability, dataTransfer } from './change-availability.ts'
import { getTransactionStatus, setNetworkProfile } from './change-availability.ts'
import { isCleared } from './clear-charging-profile.ts'
import { emptyReport, getBaseReport, getChargingProfiles } from './get-base-report.ts'
import { getDisplayMessages, getMonitoringReport, getReport } from './get-base-report.ts'
import { getCompositeSchedule } from './get-composite-schedule.ts'
import { certificateSigned, deleteCertificate } from './get-installed-certificate-ids.ts'
import { getInstalledCertificateIds, installCertificate } from './get-installed-certificate-ids.ts'
import { clearCache, getLocalListVersion, sendLocalList } from './get-local-list-version.ts'
import { customerInformation, getLog, publishFirmware } from './get-log.ts'
import { unpublishFirmware, updateFirmware } from './get-log.ts'
import { getVariables } from './get-variables.ts'
import { nothing, type Teaches } from './lesson.ts'
import { requestStartTransaction, startAsked } from './request-start-transaction.ts'
import { setChargingProfile } from './set-charging-profile.ts'
import { cancelReservation, clearDisplayMessage } from './set-display-message.ts'
import { reserveNow, setDisplayMessage } from './set-display-message.ts'
import { clearVariableMonitoring, setMonitoringBase } from './set-variable-monitoring.ts'
import { setMonitoringLevel, setVariableMonitoring } from './set-variable-monitoring.ts'
import { setVariables } from './set-variables.ts'

/** Answers that teach something; one that is absent says nothing that lasts. */
export const lessons: { readonly [A in Action]?: Teaches<A> } = {
  CancelReservation: cancelReservation,
  CertificateSigned: certificateSigned,
  ChangeAvailability: changeAvailability,
  ClearCache: clearCache,
  ClearDisplayMessage: clearDisplayMessage,
  ClearVariableMonitoring: clearVariableMonitoring,
  CustomerInformation: customerInformation,
  DataTransfer: dataTransfer,
  DeleteCertificate: deleteCertificate,
  GetBaseReport: getBaseReport,
  GetChargingProfiles: getChargingProfiles,
  GetCompositeSchedule: getCompositeSchedule,
  GetDisplayMessages: getDisplayMessages,
  GetInstalledCertificateIds: getInstalledCertificateIds,
  GetLocalListVersion: getLocalListVersion,
  GetLog: getLog,
  GetMonitoringReport: getMonitoringReport,
  GetReport: getReport,
  GetTransactionStatus: getTransactionStatus,
  GetVariables: getVariables,
  InstallCertificate: installCertificate,
  PublishFirmware: publishFirmware,
  RequestStartTransaction: requestStartTransaction,
  ReserveNow: reserveNow,
  SendLocalList: sendLocalList,
  SetChargingProfile: setChargingProfile,
  SetDisplayMessage: setDisplayMessage,
  SetMonitoringBase: setMonitoringBase,
  SetMonitoringLevel: setMonitoringLevel,
  SetNetworkProfile: setNetworkProfile,
  SetVariableMonitoring: setVariableMonitoring,
  SetVariables: setVariables,
  UnpublishFirmware: unpublishFirmware,
  UpdateFirmware: updateFirmware,
}

/** Puts on file what the station's answer to a request teaches; resolves when it is durable. */
export async function learn<A extends Action>(
  context: Context,
  stationId: StationId,
  action: A,
  request: Request<A>,
  response: Response<A>,
  asked: Request<A> = request,
): Promise<void> {
  const at = context.deps.clock.now()
  const teach = lessons[action]
  const lesson =
    action === 'ClearChargingProfile'
      ? await cleared(context, stationId, request)
      : (teach?.(request, response, at, asked) ?? nothing)
  await take(context, stationId, lesson)
}

/**
 * Which profiles went depends on which were there. K10.FR.01: `Unknown` says that the station has none
 * of them, so they are gone either way.
 */
async function cleared(
  context: Context,
  stationId: StationId,
  request: Request<'ClearChargingProfile'>,
): Promise<Lesson> {
  const profiles = await factsOf(context, stationId, 'profile')
  const keys = [...profiles].filter(([, value]) => isCleared(request, value)).map(([key]) => key)
  return { remove: [{ kind: 'profile', keys }] }
}

const reportsOf: { readonly [A in Action]?: string } = {
  GetBaseReport: 'NotifyReport',
  GetReport: 'NotifyReport',
  GetMonitoringReport: 'NotifyMonitoringReport',
  GetChargingProfiles: 'ReportChargingProfiles',
  GetDisplayMessages: 'NotifyDisplayMessages',
}

/** Before a request leaves: parts that came under its id earlier are not its answer. */
export async function prepareToLearn(
  context: Context,
  stationId: StationId,
  action: Action,
  request: unknown,
): Promise<void> {
  if (action === 'RequestStartTransaction') {
    const start = request as Request<'RequestStartTransaction'>
    return take(context, stationId, { put: [startAsked(start)] })
  }
  const message = reportsOf[action]
  const { requestId } = request as { requestId?: unknown }
  if (message === undefined || typeof requestId !== 'number') return
  await take(context, stationId, { put: [emptyReport(message, requestId)] })
}
