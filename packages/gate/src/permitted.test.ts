import { toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { gate } from './gate.ts'
import { judge } from './scenarios.fixture.ts'
import {
  cell,
  curveOf,
  later,
  now,
  parties,
  payloads,
  profile,
  read,
  second,
  sign,
  state,
  station,
  type Party,
} from './world.fixture.ts'

const send = (action: string, payload: unknown, by: Party = parties.csms, evse?: number) =>
  gate(
    read(
      second(
        sign(action, {
          by,
          payload,
          ...(evse === undefined ? {} : { target: { station, evse } }),
        }),
      ),
    ),
    { arms: [] },
    state(),
    now,
  )
const forbidden = { ok: false, reason: 'ParameterForbidden', gate: 2 }
const allowed = (setting: object) => ({ ok: true, setting })

test('a provider that is pinned but not bound today is refused', () => {
  expect(judge({ by: parties.formerCsms })).toMatchObject({
    reason: 'ProviderNotBound',
    detail: parties.formerCsms.organisation,
  })
  expect(judge({}, state({ bound: {} }))).toMatchObject({ reason: 'ProviderNotBound' })
  const dsrspOnly = state({ bound: { csms: parties.csms.organisation } })
  const curve = read(second(sign('FrequencyCurve', { by: parties.dsrsp })))
  expect(gate(curve, { arms: [] }, dsrspOnly, now)).toMatchObject({ reason: 'ProviderNotBound' })
})

test('a role that binds to no station needs its cell only', () => {
  const by = parties.maintainer
  expect(send('Reset', { type: 'OnIdle' }, by)).toMatchObject({ ok: true })
})

test('payload and target name one EVSE', () => {
  expect(send('SetChargingProfile', profile({ evse: 2 }), parties.csms, 1)).toMatchObject({
    ...forbidden,
    detail: 'the payload and the target name different EVSEs',
  })
  expect(send('Reset', { type: 'OnIdle' }, parties.csms, 1)).toMatchObject(forbidden)
  expect(send('Reset', { type: 'Immediate', evseId: 1 }, parties.csms, 1)).toMatchObject(
    allowed({ kind: 'reset', evse: 1, immediate: true }),
  )
  expect(send('SetVariables', payloads['SetVariables']?.payload, parties.csms, 1)).toMatchObject(
    forbidden,
  )
})

test.each([
  ['a member OCPP 2.1 would add', { profile: { maxOfflineDuration: 60 } }],
  ['a recurrency', { profile: { recurrencyKind: 'Daily' } }],
  ['no schedule', { profile: { chargingSchedule: [] } }],
  ['amperes', { schedule: { chargingRateUnit: 'A' } }],
  ['a duration above a day', { duration: 86_401 }],
  ['a duration of nothing', { duration: 0 }],
  ['a start that is no date', { schedule: { startSchedule: 'tomorrow' } }],
  ['a start without a zone', { schedule: { startSchedule: '2026-01-05T18:00:00' } }],
  ['no period', { periods: [] }],
  ['a first period after the start', { periods: [{ startPeriod: 1, limit: 1 }] }],
  [
    'two periods at once',
    {
      periods: [
        { startPeriod: 0, limit: 1 },
        { startPeriod: 0, limit: 2 },
      ],
    },
  ],
  [
    'a period after the end',
    {
      duration: 60,
      periods: [
        { startPeriod: 0, limit: 1 },
        { startPeriod: 60, limit: 2 },
      ],
    },
  ],
  ['a negative limit', { periods: [{ startPeriod: 0, limit: -1 }] }],
  [
    'a recurring purpose of the grid',
    { profile: { chargingProfilePurpose: 'ChargingStationExternalConstraints' } },
  ],
  [
    'a station limit at one EVSE',
    { profile: { chargingProfilePurpose: 'ChargingStationMaxProfile' } },
  ],
  [
    'a transaction’s profile without the transaction',
    { profile: { chargingProfilePurpose: 'TxProfile' } },
  ],
  ['a default profile with a transaction', { profile: { transactionId: 'tx-1' } }],
  [
    'another transaction',
    { profile: { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-2' } },
  ],
])('a charging profile with %s is outside the supervised profile', (_what, change) => {
  expect(judge({ payload: profile(change) })).toMatchObject(forbidden)
})

test('two schedules are one too many', () => {
  const [schedule] = profile().chargingProfile.chargingSchedule
  const payload = profile({ profile: { chargingSchedule: [schedule, schedule] } })
  expect(judge({ payload })).toMatchObject(forbidden)
})

test('a profile for the running transaction names it', () => {
  const payload = profile({
    profile: { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-1' },
    periods: [
      { startPeriod: 0, limit: 1_000 },
      { startPeriod: 1_800, limit: 7_400 },
    ],
    schedule: { minChargingRate: 0, customData: { vendorId: 'any' } },
  })
  expect(judge({ payload })).toMatchObject(
    allowed({
      purpose: 'TxProfile',
      transactionId: 'tx-1',
      periods: [
        { from: now, limitWatts: 1_000 },
        { from: later(1_800), limitWatts: 7_400 },
      ],
    }),
  )
})

test('a DSRSP sets no limit for a whole station', () => {
  const payload = profile({
    evse: 0,
    profile: { chargingProfilePurpose: 'ChargingStationMaxProfile' },
  })
  expect(send('SetChargingProfile', payload, parties.dsrsp, 0)).toMatchObject({
    ...forbidden,
    detail: 'purpose ChargingStationMaxProfile',
  })
  expect(send('SetChargingProfile', payload, parties.csms, 0)).toMatchObject({ ok: true })
})

test('a profile is cleared by its id or by criteria, never both or neither', () => {
  const criteria = { evseId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 2 }
  const clear = (payload: object, by: Party = parties.csms, evse = 1) =>
    send('ClearChargingProfile', payload, by, evse)
  expect(clear({ chargingProfileId: 7 })).toMatchObject({
    ok: true,
    setting: { kind: 'clear', evse: 1, profileId: 7 },
  })
  expect(clear({ chargingProfileCriteria: criteria })).toMatchObject({
    ok: true,
    setting: { kind: 'clear', evse: 1, purpose: 'TxProfile', stackLevel: 2 },
  })
  const everything = clear({ chargingProfileCriteria: {} }, parties.csms, 0)
  expect(everything).toHaveProperty('setting', { kind: 'clear', evse: 0 })
  expect(clear({ chargingProfileCriteria: {} })).toMatchObject(forbidden)
  expect(clear({})).toMatchObject(forbidden)
  expect(clear({ chargingProfileId: 7, chargingProfileCriteria: criteria })).toMatchObject(
    forbidden,
  )
  expect(clear({ chargingProfileCriteria: criteria }, parties.dsrsp)).toMatchObject({
    ...forbidden,
    detail: 'criteria',
  })
  expect(clear({ chargingProfileId: 7 }, parties.dsrsp)).toMatchObject({ ok: true })
})

test('only a running transaction on that EVSE can be stopped', () => {
  const stop = (transactionId: string, evse: number) => {
    const jws = sign('RequestStopTransaction', {
      payload: { transactionId },
      target: { station, evse },
    })
    return gate(read(jws), { arms: [] }, state(), now)
  }
  expect(stop('tx-1', 1)).toMatchObject({ reason: 'NotSeconded' })
  expect(stop('tx-1', 2)).toMatchObject({
    ...forbidden,
    detail: 'the transaction does not run on that EVSE',
  })
  expect(stop('tx-9', 1)).toMatchObject(forbidden)
})

test('a start carries no profile of its own', () => {
  const start = { ...(payloads['RequestStartTransaction']?.payload as object) }
  const payload = { ...start, chargingProfile: profile().chargingProfile }
  expect(send('RequestStartTransaction', payload)).toMatchObject(forbidden)
})

test('availability is read in the terms of the station', () => {
  const change = (operationalStatus: string, evse?: object) =>
    send(
      'ChangeAvailability',
      { operationalStatus, ...(evse === undefined ? {} : { evse }) },
      parties.csms,
      evse === undefined ? 0 : 1,
    )
  expect(change('Operative')).toMatchObject(
    allowed({ kind: 'availability', evse: 0, operative: true }),
  )
  expect(change('Inoperative', { id: 1, connectorId: 1 })).toMatchObject(
    allowed({ kind: 'availability', evse: 1, operative: false }),
  )
  expect(change('Faulted')).toMatchObject(forbidden)
})

test('a reset waits for idleness unless it says otherwise', () => {
  expect(send('Reset', { type: 'OnIdle' })).toMatchObject(
    allowed({ kind: 'reset', evse: 0, immediate: false }),
  )
  expect(send('Reset', { type: 'Never' })).toMatchObject(forbidden)
})

const variable = (component: string, name: string, attributeValue: string, more: object = {}) => ({
  setVariableData: [
    { component: { name: component }, variable: { name }, attributeValue, ...more },
  ],
})

test.each([
  ['SmartChargingCtrlr', 'RandomDelaySecondsMax', '600', true],
  ['SmartChargingCtrlr', 'RandomDelaySecondsMax', '1800', true],
  ['SmartChargingCtrlr', 'RandomDelaySecondsMax', '599', false],
  ['SmartChargingCtrlr', 'Enabled', '1', false],
  ['OtherCtrlr', 'RandomDelaySecondsMax', '900', false],
  ['OCPPCommCtrlr', 'HeartbeatInterval', '86400', true],
  ['OCPPCommCtrlr', 'HeartbeatInterval', '86401', false],
  ['OCPPCommCtrlr', 'HeartbeatInterval', '9', false],
  ['OCPPCommCtrlr', 'HeartbeatInterval', '010', false],
  ['OCPPCommCtrlr', 'HeartbeatInterval', '1e3', false],
])('%s.%s may be set to %s: %s', (component, name, value, may) => {
  const verdict = send('SetVariables', variable(component, name, value))
  expect(verdict).toMatchObject(
    may
      ? allowed({
          kind: 'variables',
          values: [{ component, variable: name, value: Number(value) }],
        })
      : forbidden,
  )
})

test('one variable that may not be set spoils the rest', () => {
  const good = variable('OCPPCommCtrlr', 'HeartbeatInterval', '60').setVariableData
  const bad = variable('SecurityCtrlr', 'SecurityProfile', '1').setVariableData
  expect(send('SetVariables', { setVariableData: [...good, ...bad] })).toMatchObject({
    ...forbidden,
    detail: 'SecurityCtrlr.SecurityProfile 1',
  })
  const target = variable('OCPPCommCtrlr', 'HeartbeatInterval', '60', { attributeType: 'MaxSet' })
  expect(send('SetVariables', target)).toMatchObject(forbidden)
})

test('a network profile never lowers the security profile, nor leaves TLS', () => {
  const network = (connectionData: object) =>
    send('SetNetworkProfile', { configurationSlot: 1, connectionData })
  const good = { securityProfile: 3, ocppCsmsUrl: 'wss://csms.example/ocpp', ocppVersion: 'OCPP20' }
  expect(network(good)).toMatchObject(allowed({ kind: 'configuration' }))
  expect(network({ ...good, securityProfile: 2 })).toMatchObject(forbidden)
  expect(network({ ...good, ocppCsmsUrl: 'ws://csms.example/wss://' })).toMatchObject(forbidden)
})

test('the anchor of the CSMS is installed by recovery alone', () => {
  const install = (certificateType: string, by: Party) =>
    send('InstallCertificate', { certificateType, certificate: 'pem' }, by)
  expect(install('CSMSRootCertificate', parties.csms)).toMatchObject({
    ...forbidden,
    detail: 'certificate type CSMSRootCertificate',
  })
  expect(install('CSMSRootCertificate', parties.recovery)).toMatchObject({
    ok: true,
    setting: { kind: 'configuration' },
    delay: { secondsMax: 0, exemption: 'NothingToChange' },
  })
  expect(install('V2GRootCertificate', parties.recovery)).toMatchObject(forbidden)
})

test('firmware comes with its signature and the certificate for it', () => {
  const whole = payloads['UpdateFirmware']?.payload as { firmware: object }
  expect(send('UpdateFirmware', whole)).toMatchObject({
    ok: true,
    setting: { kind: 'configuration' },
    delay: { secondsMax: 600 },
  })
  const unsigned = { ...whole, firmware: { ...whole.firmware, signature: undefined } }
  expect(send('UpdateFirmware', unsigned)).toMatchObject(forbidden)
})

test('a certificate is deleted by its hash', () => {
  const whole = payloads['DeleteCertificate']?.payload
  expect(send('DeleteCertificate', whole)).toMatchObject(allowed({ kind: 'configuration' }))
  expect(send('DeleteCertificate', {})).toMatchObject(forbidden)
})

const sendCurve = (change: object) => send('FrequencyCurve', curveOf(change), parties.dsrsp, 1)

test('a frequency curve is stored, and moves nothing', () => {
  const { data } = curveOf()
  expect(sendCurve({})).toMatchObject({
    ok: true,
    setting: {
      kind: 'curve',
      evse: 1,
      curve: { ...data, from: now, until: later(3_600) },
    },
    delay: { secondsMax: 0, exemption: 'NothingToChange' },
  })
})

const points = (...percents: number[]) =>
  percents.map((percent, i) => ({ hertz: 49.5 + i / 10, percent }))

test.each([
  ['more than a day', { until: toIso(later(86_401)) }],
  ['no time at all', { until: toIso(now) }],
  ['an end that is no date', { until: 'never' }],
  ['a start that is no date', { from: 'now' }],
  ['one point', { points: points(50) }],
  ['points that fall', { points: points(0, 50, 49) }],
  ['points at one frequency', { points: [...points(0), ...points(100)] }],
  ['rising export', { direction: 'export', points: points(0, 50) }],
  ['more than all', { points: points(0, 101) }],
  ['no direction', { direction: 'both' }],
  ['a response without end', { durationMillisMax: 1_800_001 }],
  ['a whole hertz of deadband and more', { deadbandHertz: 1.1 }],
])('a frequency curve for %s is refused', (_what, change) => {
  expect(sendCurve(change)).toMatchObject(forbidden)
})

test('a frequency curve may be level, last a day, and fall for export', () => {
  expect(sendCurve({ points: points(50, 50, 100) })).toMatchObject({ ok: true })
  expect(sendCurve({ until: toIso(later(86_400)) })).toMatchObject({ ok: true })
  expect(sendCurve({ direction: 'export', points: points(100, 50, 50) })).toMatchObject({
    ok: true,
  })
})

test('a data transfer of another vendor is not a frequency curve', () => {
  const payload = { ...curveOf(), vendorId: 'com.example' }
  expect(send('FrequencyCurve', payload, parties.dsrsp, 1)).toMatchObject({
    reason: 'RoleForbidden',
    detail: 'dsrsp DataTransfer',
  })
})

test('several maintainers may be pinned at once', () => {
  const other = { ...parties.stranger, role: 'maintainer' as const }
  const cells = { ...state().cells, maintainer: [cell(parties.maintainer), cell(other)] }
  const jws = second(sign('Reset', { by: other }))
  expect(gate(read(jws), { arms: [] }, state({ cells }), now)).toMatchObject({ ok: true })
})
