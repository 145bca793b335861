import { CallError, type Action, type FindHandler, type Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { SecurityProfile, TrustMode } from '../data/stations.ts'
import { authorize } from './authorize.ts'
import type { Conflicts } from './conflicts.ts'
import { checkBoot } from './boot-gate.ts'
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
  /** Ends its connection, once the answer to what it is saying has left. */
  readonly leave: (reason: string) => void
  /** Events that it sends under numbers it has used. */
  readonly conflicts: Conflicts
}

/** What answers each message a station may send. */
const makers: { readonly [A in Action]?: (context: Context, sender: Sender) => Handler<A> } = {
  BootNotification: bootNotification,
  Heartbeat: heartbeat,
  StatusNotification: statusNotification,
  Authorize: authorize,
  TransactionEvent: transactionEvent,
  MeterValues: meterValues,
  SecurityEventNotification: securityEventNotification,
  SignCertificate: signCertificate,
  DataTransfer: dataTransfer,
  ClearedChargingLimit: clearedChargingLimit,
  FirmwareStatusNotification: firmwareStatusNotification,
  Get15118EVCertificate: get15118EvCertificate,
  GetCertificateStatus: getCertificateStatus,
  LogStatusNotification: logStatusNotification,
  NotifyChargingLimit: notifyChargingLimit,
  NotifyCustomerInformation: notifyCustomerInformation,
  NotifyDisplayMessages: notifyDisplayMessages,
  NotifyEVChargingNeeds: notifyEvChargingNeeds,
  NotifyEVChargingSchedule: notifyEvChargingSchedule,
  NotifyEvent: notifyEvent,
  NotifyMonitoringReport: notifyMonitoringReport,
  NotifyReport: notifyReport,
  PublishFirmwareStatusNotification: publishFirmwareStatusNotification,
  ReportChargingProfiles: reportChargingProfiles,
  ReservationStatusUpdate: reservationStatusUpdate,
}

/**
 * Finds what answers a message of this sender. A handler is made when its message comes: a connection
 * that is idle does not hold one of each.
 */
export const handlersFor =
  (context: Context, sender: Sender): FindHandler =>
  (action) => {
    const make = makers[action] as
      ((context: Context, sender: Sender) => Handler<Action>) | undefined
    if (make === undefined) return undefined
    return (request, call) => {
      checkBoot(context, sender, action)
      if (isFirstContact(sender)) checkFirstContact(action)
      return make(context, sender)(request, call)
    }
  }

/** A supervised station without its certificate; a standard one may use a password for good. */
const isFirstContact = ({ profile, trust }: Sender): boolean =>
  profile !== 3 && trust === 'supervised'

/** A station at first contact may have its first certificate signed, and nothing else. */
const firstContactActions: ReadonlySet<Action> = new Set<Action>([
  'BootNotification',
  'Heartbeat',
  'SignCertificate',
  'StatusNotification',
  'SecurityEventNotification',
])

/** @throws CallError */
function checkFirstContact(action: Action): void {
  if (firstContactActions.has(action)) return
  throw new CallError('SecurityError', 'not before the station has its certificate')
}
