import { vendorId } from './arms.ts'
import { riskOf } from './risk.ts'

/**
 * How a message of a CSMS weighs at a station that only knows OCPP. `critical`: the supervisor countersigns it and both
 * ledgers are charged. `sensitive`: on record before it leaves. `routine`: neither.
 */
export type StandardClass = 'critical' | 'sensitive' | 'routine'
export type StandardRisk = { readonly class: StandardClass; readonly why: string }

/**
 * What a supervised station knows to be harmless, or refuses, and a standard one may obey in its own way. The commands
 * of the risk table are critical here as well.
 */
export const standardRisks: Readonly<Record<string, StandardRisk>> = {
  DataTransfer: critical('means what its vendor says, a change of current among it'),
  UnlockConnector: critical('ends a charge where the lock opens while one runs'),
  ReserveNow: sensitive('may keep one car from starting; never ends a charge, and starts none'),
  CancelReservation: sensitive('frees an EVSE; somebody must still come and start'),
  CertificateSigned: sensitive('a wrong one costs the contact, and charging goes on without'),
  SendLocalList: sensitive('decides who may start, when somebody shows a token'),
  ClearCache: sensitive('decides who may start without contact, when somebody shows a token'),
  PublishFirmware: sensitive('offers a file; whoever installs it is sent UpdateFirmware'),
  UnpublishFirmware: sensitive('takes back a file that was offered'),
  SetDisplayMessage: sensitive('says something to people; what they then do is theirs'),
  ...routine('reads what the station has', [
    'CustomerInformation',
    'GetBaseReport',
    'GetChargingProfiles',
    'GetCompositeSchedule',
    'GetDisplayMessages',
    'GetInstalledCertificateIds',
    'GetLocalListVersion',
    'GetLog',
    'GetMonitoringReport',
    'GetReport',
    'GetTransactionStatus',
    'GetVariables',
    'TriggerMessage',
  ]),
  ...routine('changes what is told or shown', [
    'ClearDisplayMessage',
    'ClearVariableMonitoring',
    'CostUpdated',
    'SetMonitoringBase',
    'SetMonitoringLevel',
    'SetVariableMonitoring',
  ]),
}

/** Vendor messages that somebody has looked at: they move nothing. */
export const harmlessTransfers: readonly {
  readonly vendorId: string
  readonly messageId: string
}[] = [
  // Signed by the supervisor; a station that does not know it says so.
  { vendorId, messageId: 'RevocationList' },
]

/** A message that stands in neither table is critical, and the supervisor refuses it. */
export function standardClass(action: string, payload: unknown): StandardClass {
  if (riskOf(action)?.kind === 'command') return 'critical'
  if (action === 'DataTransfer' && isHarmless(payload)) return 'routine'
  return Object.hasOwn(standardRisks, action)
    ? (standardRisks[action]?.class ?? 'critical')
    : 'critical'
}

function isHarmless(payload: unknown): boolean {
  const { vendorId: vendor, messageId } = (payload ?? {}) as {
    readonly vendorId?: unknown
    readonly messageId?: unknown
  }
  return harmlessTransfers.some((row) => row.vendorId === vendor && row.messageId === messageId)
}

function critical(why: string): StandardRisk {
  return { class: 'critical', why }
}
function sensitive(why: string): StandardRisk {
  return { class: 'sensitive', why }
}
function routine(why: string, actions: readonly string[]): Record<string, StandardRisk> {
  return Object.fromEntries(actions.map((action) => [action, { class: 'routine', why }]))
}
