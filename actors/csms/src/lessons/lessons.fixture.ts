import type { Action, ChargingProfileType, Request, Response } from '@interlock/ocpp'
import type { Lesson } from '../core/facts.ts'

export const at = 1_767_636_000_000

/** A request with the answer to it, and what is to be on file afterwards, by kind and key. */
export type Row = readonly [
  says: string,
  action: Action,
  request: object,
  response: object,
  put: Readonly<Record<string, object>>,
  removed: Lesson['remove'],
]
const row = <A extends Action>(
  says: string,
  action: A,
  request: Request<A>,
  response: Response<A>,
  put: Row[4],
  removed?: Row[5],
): Row => [says, action, request, response, put, removed]

export const accepted = { status: 'Accepted' } as const
const rejected = { status: 'Rejected' } as const
const token = (idToken: string) => ({ idToken, type: 'Central' }) as const
const hash = (serialNumber: string) =>
  ({ hashAlgorithm: 'SHA256', issuerNameHash: 'AB', issuerKeyHash: 'CD', serialNumber }) as const
const interval = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }
const intervalKey = 'variable ocppcommctrlr//./heartbeatinterval/#Actual'
const password = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }
export const profile: ChargingProfileType = {
  id: 7,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [{ id: 7, chargingRateUnit: 'A', chargingSchedulePeriod: [] }],
}
const start = { remoteStartId: 5, idToken: token('A') }
const connectionData = {
  ocppVersion: 'OCPP20',
  ocppTransport: 'JSON',
  ocppCsmsUrl: 'wss://csms.example/ocpp',
  messageTimeout: 30,
  securityProfile: 3,
  ocppInterface: 'Wired0',
} as const
const vpn = { server: 'v', user: 'u', password: 'a-secret', key: 'k', type: 'IPSec' } as const
const message = {
  id: 3,
  priority: 'AlwaysFront',
  message: { format: 'ASCII', content: 'x' },
} as const
const monitored = {
  ...interval,
  status: 'Accepted',
  type: 'Delta',
  severity: 5,
  id: 9,
} as const

/** Each answer that teaches something, and what. */
export const rows: readonly Row[] = [
  row('a token that is forgotten', 'ClearCache', {}, accepted, {}),
  row(
    'a version',
    'GetLocalListVersion',
    {},
    { versionNumber: 4 },
    {
      'localList list': { reportedVersion: 4, reportedAt: at },
    },
  ),
  row(
    'a whole list',
    'SendLocalList',
    {
      versionNumber: 2,
      updateType: 'Full',
      localAuthorizationList: [{ idToken: token('A'), idTokenInfo: accepted }],
    },
    accepted,
    {
      'localList list': { version: 2, lastStatus: 'Accepted', fullNeeded: false },
      'localListEntry Central/a': { idToken: token('A') },
    },
    [{ kind: 'localListEntry' }],
  ),
  row(
    'a change of a list: what has no information goes',
    'SendLocalList',
    {
      versionNumber: 3,
      updateType: 'Differential',
      localAuthorizationList: [
        { idToken: token('A') },
        { idToken: token('B'), idTokenInfo: accepted },
      ],
    },
    accepted,
    { 'localList list': { version: 3 }, 'localListEntry Central/b': {} },
    [{ kind: 'localListEntry', keys: ['Central/a'] }],
  ),
  row(
    'a list that was not taken must be sent whole',
    'SendLocalList',
    { versionNumber: 4, updateType: 'Differential' },
    { status: 'VersionMismatch' },
    { 'localList list': { fullNeeded: true, lastStatus: 'VersionMismatch' } },
  ),
  row(
    'values that were read; one that was refused has none',
    'GetVariables',
    { getVariableData: [interval, password] },
    {
      getVariableResult: [
        { ...interval, attributeStatus: 'Accepted', attributeValue: '60' },
        { ...password, attributeStatus: 'Rejected' },
      ],
    },
    {
      [intervalKey]: { value: '60', attributeStatus: 'Accepted' },
      'variable securityctrlr//./basicauthpassword/#Actual': { attributeStatus: 'Rejected' },
    },
  ),
  row(
    'values that were set; no secret is kept',
    'SetVariables',
    {
      setVariableData: [
        { ...interval, attributeValue: '90' },
        { ...password, attributeValue: 'a-secret' },
      ],
    },
    {
      setVariableResult: [
        { ...interval, attributeStatus: 'RebootRequired' },
        { ...password, attributeStatus: 'Accepted' },
      ],
    },
    {
      [intervalKey]: { value: '90', setStatus: 'RebootRequired' },
      'variable securityctrlr//./basicauthpassword/#Actual': { value: null },
    },
  ),
  row(
    'a profile that was installed',
    'SetChargingProfile',
    { evseId: 1, chargingProfile: profile },
    accepted,
    { 'profile 7': { evseId: 1, source: 'CSO', reported: false, wanted: null } },
  ),
  row(
    'a profile that was not',
    'SetChargingProfile',
    { evseId: 1, chargingProfile: profile },
    rejected,
    {},
  ),
  row('a start that was taken', 'RequestStartTransaction', start, accepted, {}),
  row('a start that was refused', 'RequestStartTransaction', start, rejected, {}, [
    { kind: 'remoteStart', keys: ['5'] },
  ]),
  row(
    'a composite schedule',
    'GetCompositeSchedule',
    { evseId: 1, duration: 60, chargingRateUnit: 'A' },
    accepted,
    { 'compositeSchedule 1/A': { evseId: 1, duration: 60, schedule: null, at } },
  ),
  row(
    'an availability',
    'ChangeAvailability',
    { operationalStatus: 'Inoperative', evse: { id: 1, connectorId: 2 } },
    { status: 'Scheduled' },
    { 'availability 1/2': { operationalStatus: 'Inoperative', status: 'Scheduled', at } },
  ),
  row(
    'a transaction with queued messages',
    'GetTransactionStatus',
    { transactionId: 'T-1' },
    { messagesInQueue: true },
    { 'transactionStatus T-1': { ongoingIndicator: null, messagesInQueue: true } },
  ),
  row(
    'a network profile, without the password of its tunnel',
    'SetNetworkProfile',
    { configurationSlot: 2, connectionData: { ...connectionData, vpn } },
    accepted,
    { 'networkProfile 2': { configurationSlot: 2, connectionData, status: 'Accepted', at } },
  ),
  row(
    'a vendor message',
    'DataTransfer',
    { vendorId: 'V', messageId: 'M' },
    { status: 'UnknownMessageId' },
    { 'dataTransfer V/M': { vendorId: 'V', messageId: 'M', status: 'UnknownMessageId' } },
  ),
  row(
    'a base report that is expected',
    'GetBaseReport',
    { requestId: 1, reportBase: 'FullInventory' },
    accepted,
    { 'report NotifyReport/1': { requestId: 1, status: 'Accepted', askedAt: at } },
  ),
  row('a report that is expected', 'GetReport', { requestId: 2 }, accepted, {
    'report NotifyReport/2': { requestId: 2 },
  }),
  row('monitors that are expected', 'GetMonitoringReport', { requestId: 3 }, rejected, {
    'report NotifyMonitoringReport/3': { status: 'Rejected' },
  }),
  row(
    'profiles that are expected',
    'GetChargingProfiles',
    { requestId: 4, chargingProfile: {} },
    { status: 'NoProfiles' },
    { 'report ReportChargingProfiles/4': { status: 'NoProfiles' } },
  ),
  row('messages that are expected', 'GetDisplayMessages', { requestId: 5 }, accepted, {
    'report NotifyDisplayMessages/5': { requestId: 5 },
  }),
  row(
    'certificates, when it was asked for all',
    'GetInstalledCertificateIds',
    {},
    {
      status: 'Accepted',
      certificateHashDataChain: [
        { certificateType: 'CSMSRootCertificate', certificateHashData: hash('01') },
      ],
    },
    { 'certificate ab/cd/01': { installed: true, seenAt: at } },
    [{ kind: 'certificate' }],
  ),
  row(
    'certificates of a type, the others stay',
    'GetInstalledCertificateIds',
    { certificateType: ['CSMSRootCertificate'] },
    { status: 'NotFound' },
    {},
  ),
  row(
    'a certificate that is gone, or was not there',
    'DeleteCertificate',
    { certificateHashData: hash('02') },
    { status: 'NotFound' },
    {},
    [{ kind: 'certificate', keys: ['ab/cd/02'] }],
  ),
  row(
    'a certificate that stays',
    'DeleteCertificate',
    { certificateHashData: hash('02') },
    { status: 'Failed' },
    {},
  ),
  row(
    'a certificate that was sent',
    'InstallCertificate',
    { certificateType: 'V2GRootCertificate', certificate: 'PEM' },
    rejected,
    { 'certificateRequest install/V2GRootCertificate': { status: 'Rejected', at } },
  ),
  row('a chain that was sent', 'CertificateSigned', { certificateChain: 'PEM' }, accepted, {
    'certificateRequest signed/ChargingStationCertificate': { status: 'Accepted' },
  }),
  row(
    'a log that was asked for',
    'GetLog',
    { requestId: 6, logType: 'SecurityLog', log: { remoteLocation: 'https://x' } },
    { status: 'Accepted', filename: 'f' },
    { 'log 6': { logType: 'SecurityLog', status: 'Accepted', filename: 'f', askedAt: at } },
  ),
  row(
    'an update that was asked for',
    'UpdateFirmware',
    { requestId: 8, firmware: { location: 'https://x', retrieveDateTime: '2026-01-05T18:00:00Z' } },
    { status: 'InvalidCertificate' },
    { 'firmware 8': { requestStatus: 'InvalidCertificate', installDateTime: null } },
  ),
  row(
    'firmware that was to be published',
    'PublishFirmware',
    { requestId: 9, location: 'https://x', checksum: 'c' },
    accepted,
    { 'firmware published/9': { published: true, checksum: 'c' } },
  ),
  row(
    'firmware that is published no longer',
    'UnpublishFirmware',
    { checksum: 'c' },
    { status: 'Unpublished' },
    {
      'firmware unpublished/c': { requestStatus: 'Unpublished' },
    },
  ),
  row(
    'a customer whose data is gone is on no list',
    'CustomerInformation',
    { requestId: 10, report: false, clear: true, idToken: token('A') },
    accepted,
    { 'customerInformation 10': { clear: true, status: 'Accepted' } },
    [{ kind: 'localListEntry', keys: ['Central/a'] }],
  ),
  row(
    'a customer whose data stays is on it',
    'CustomerInformation',
    { requestId: 11, report: true, clear: true, idToken: token('A') },
    rejected,
    { 'customerInformation 11': { status: 'Rejected' } },
  ),
  row('a message that is shown', 'SetDisplayMessage', { message }, accepted, {
    'displayMessage 3': { id: 3, reported: false },
  }),
  row(
    'a message that is not',
    'SetDisplayMessage',
    { message },
    { status: 'UnknownTransaction' },
    {},
  ),
  row('a message that is gone', 'ClearDisplayMessage', { id: 3 }, { status: 'Unknown' }, {}, [
    { kind: 'displayMessage', keys: ['3'] },
  ]),
  row(
    'a reservation',
    'ReserveNow',
    { id: 12, expiryDateTime: '2026-01-05T19:00:00Z', idToken: token('A') },
    { status: 'Occupied' },
    { 'reservation 12': { reservationId: 12, status: 'Occupied', evseId: null } },
  ),
  row('a reservation that is gone', 'CancelReservation', { reservationId: 12 }, accepted, {
    'reservation 12': { status: 'Cancelled' },
  }),
  row('a reservation that stays', 'CancelReservation', { reservationId: 12 }, rejected, {}),
  row(
    'monitors that were set, under the ids that they were given',
    'SetVariableMonitoring',
    {
      setMonitoringData: [
        { ...interval, value: 2, type: 'Delta', severity: 5 },
        { ...interval, value: 3, type: 'UpperThreshold', severity: 5 },
      ],
    },
    {
      setMonitoringResult: [
        monitored,
        { ...monitored, id: 10, type: 'UpperThreshold', status: 'Duplicate' },
      ],
    },
    { 'monitor 9': { value: 2, type: 'Delta', transaction: false } },
  ),
  row(
    'monitors that are gone; one that may not go stays',
    'ClearVariableMonitoring',
    { id: [9, 10, 11] },
    {
      clearMonitoringResult: [
        { id: 9, status: 'Accepted' },
        { id: 10, status: 'Rejected' },
        { id: 11, status: 'NotFound' },
      ],
    },
    {},
    [{ kind: 'monitor', keys: ['9', '11'] }],
  ),
  row('a base of monitors', 'SetMonitoringBase', { monitoringBase: 'All' }, accepted, {
    'report SetMonitoringBase': { monitoringBase: 'All', at },
  }),
  row('a level of monitors', 'SetMonitoringLevel', { severity: 4 }, accepted, {
    'report SetMonitoringLevel': { severity: 4, at },
  }),
]
