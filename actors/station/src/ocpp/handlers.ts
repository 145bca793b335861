import type { Handlers } from '@interlock/ocpp'
import type { Station } from '../station.ts'
import { certificateSigned, type AcceptCertificate } from './certificate-signed.ts'
import { changeAvailability } from './change-availability.ts'
import { clearCache } from './clear-cache.ts'
import { clearChargingProfile } from './clear-charging-profile.ts'
import { costUpdated } from './cost-updated.ts'
import { customerInformation } from './customer-information.ts'
import { dataTransfer } from './data-transfer.ts'
import { deleteCertificate } from './delete-certificate.ts'
import { getBaseReport } from './get-base-report.ts'
import { getChargingProfiles } from './get-charging-profiles.ts'
import { getCompositeSchedule } from './get-composite-schedule.ts'
import { getInstalledCertificateIds } from './get-installed-certificate-ids.ts'
import { getLog } from './get-log.ts'
import { getLocalListVersion } from './get-local-list-version.ts'
import { getReport } from './get-report.ts'
import { getTransactionStatus } from './get-transaction-status.ts'
import { getVariables } from './get-variables.ts'
import { installCertificate } from './install-certificate.ts'
import { requestStartTransaction } from './request-start-transaction.ts'
import { requestStopTransaction } from './request-stop-transaction.ts'
import { reset } from './reset.ts'
import { sendLocalList } from './send-local-list.ts'
import { setChargingProfile } from './set-charging-profile.ts'
import { setNetworkProfile } from './set-network-profile.ts'
import { setVariables } from './set-variables.ts'
import { triggerMessage } from './trigger-message.ts'
import { unlockConnector } from './unlock-connector.ts'
import { updateFirmware } from './update-firmware.ts'

/** Everything a CSMS may ask under security profile 3. */
export const handlersOf = (station: Station, accept: AcceptCertificate): Handlers => ({
  ...firstContactHandlers(station, accept),
  ChangeAvailability: changeAvailability(station),
  ClearCache: clearCache(station),
  ClearChargingProfile: clearChargingProfile(station),
  CostUpdated: costUpdated(station),
  CustomerInformation: customerInformation(station),
  DataTransfer: dataTransfer(station),
  DeleteCertificate: deleteCertificate(station),
  GetBaseReport: getBaseReport(station),
  GetChargingProfiles: getChargingProfiles(station),
  GetCompositeSchedule: getCompositeSchedule(station),
  GetInstalledCertificateIds: getInstalledCertificateIds(station),
  GetLog: getLog(station),
  GetLocalListVersion: getLocalListVersion(station),
  GetReport: getReport(station),
  GetTransactionStatus: getTransactionStatus(station),
  GetVariables: getVariables(station),
  InstallCertificate: installCertificate(station),
  RequestStartTransaction: requestStartTransaction(station),
  RequestStopTransaction: requestStopTransaction(station),
  Reset: reset(station),
  SendLocalList: sendLocalList(station),
  SetChargingProfile: setChargingProfile(station),
  SetNetworkProfile: setNetworkProfile(station),
  SetVariables: setVariables(station),
  TriggerMessage: triggerMessage(station),
  UnlockConnector: unlockConnector(station),
  UpdateFirmware: updateFirmware(station),
})

/** At first contact a station can be given its certificate, and asked for nothing. */
export const firstContactHandlers = (station: Station, accept: AcceptCertificate): Handlers => ({
  CertificateSigned: certificateSigned(station, accept),
})
