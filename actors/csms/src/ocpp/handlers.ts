import { CallError, type Action, type Handlers } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { SecurityProfile, TrustMode } from '../data/stations.ts'
import { authorize } from './authorize.ts'
import { bootGate } from './boot-gate.ts'
import { bootNotification } from './boot-notification.ts'
import { dataTransfer } from './data-transfer.ts'
import { clearedChargingLimit } from './cleared-charging-limit.ts'
import { firmwareStatusNotification } from './firmware-status-notification.ts'
import { get15118EvCertificate } from './get-15118-ev-certificate.ts'
import { getCertificateStatus } from './get-certificate-status.ts'
import { logStatusNotification } from './log-status-notification.ts'
import { notifyChargingLimit } from './notify-charging-limit.ts'
import { notifyCustomerInformation } from './notify-customer-information.ts'
import { notifyDisplayMessages } from './notify-display-messages.ts'
import { notifyEvChargingNeeds } from './notify-ev-charging-needs.ts'
import { notifyEvChargingSchedule } from './notify-ev-charging-schedule.ts'
import { notifyEvent } from './notify-event.ts'
import { notifyMonitoringReport } from './notify-monitoring-report.ts'
import { notifyReport } from './notify-report.ts'
import { publishFirmwareStatusNotification } from './publish-firmware-status-notification.ts'
import { reportChargingProfiles } from './report-charging-profiles.ts'
import { reservationStatusUpdate } from './reservation-status-update.ts'
import { heartbeat } from './heartbeat.ts'
import { meterValues } from './meter-values.ts'
import { securityEventNotification } from './security-event-notification.ts'
import { signCertificate } from './sign-certificate.ts'
import { statusNotification } from './status-notification.ts'
import { transactionEvent } from './transaction-event.ts'
import type { StationId } from '@interlock/kernel'

/** Who sent the message, and how well it is known. */
export type Sender = {
  readonly stationId: StationId
  readonly profile: SecurityProfile
  readonly trust: TrustMode
}

/** Handlers of every message a station may send. */
export function handlersFor(context: Context, sender: Sender): Handlers {
  const all: Handlers = {
    BootNotification: bootNotification(context, sender),
    Heartbeat: heartbeat(context),
    StatusNotification: statusNotification(context, sender),
    Authorize: authorize(context, sender),
    TransactionEvent: transactionEvent(context, sender),
    MeterValues: meterValues(context, sender),
    SecurityEventNotification: securityEventNotification(context, sender),
    SignCertificate: signCertificate(context, sender),
    DataTransfer: dataTransfer(context, sender),
    ClearedChargingLimit: clearedChargingLimit(context, sender),
    FirmwareStatusNotification: firmwareStatusNotification(context, sender),
    Get15118EVCertificate: get15118EvCertificate(context, sender),
    GetCertificateStatus: getCertificateStatus(context, sender),
    LogStatusNotification: logStatusNotification(context, sender),
    NotifyChargingLimit: notifyChargingLimit(context, sender),
    NotifyCustomerInformation: notifyCustomerInformation(context, sender),
    NotifyDisplayMessages: notifyDisplayMessages(context, sender),
    NotifyEVChargingNeeds: notifyEvChargingNeeds(context, sender),
    NotifyEVChargingSchedule: notifyEvChargingSchedule(context, sender),
    NotifyEvent: notifyEvent(context, sender),
    NotifyMonitoringReport: notifyMonitoringReport(context, sender),
    NotifyReport: notifyReport(context, sender),
    PublishFirmwareStatusNotification: publishFirmwareStatusNotification(context, sender),
    ReportChargingProfiles: reportChargingProfiles(context, sender),
    ReservationStatusUpdate: reservationStatusUpdate(context, sender),
  }
  return bootGate(context, sender, isFirstContact(sender) ? restricted(all) : all)
}

/** A supervised station without its certificate; a standard one may use a password for good. */
const isFirstContact = ({ profile, trust }: Sender): boolean =>
  profile !== 3 && trust === 'supervised'

/** A station at first contact may have its first certificate signed, and nothing else (design §3). */
const firstContactActions: readonly Action[] = [
  'BootNotification',
  'Heartbeat',
  'SignCertificate',
  'StatusNotification',
  'SecurityEventNotification',
]

const restricted = (all: Handlers): Handlers =>
  Object.fromEntries(
    Object.entries(all).map(([action, handler]) => [
      action,
      (firstContactActions as readonly string[]).includes(action)
        ? handler
        : () => {
            throw new CallError('SecurityError', 'not before the station has its certificate')
          },
    ]),
  )
