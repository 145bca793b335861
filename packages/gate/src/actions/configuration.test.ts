import { expect, test } from 'vitest'
import { gate } from '../gate.ts'
import { allowed, forbidden, send, variable } from '../scenarios.fixture.ts'
import { now, parties, payloads, read, sign, state, station, type Party } from '../world.fixture.ts'

test('a start names a token as OCPP allows', () => {
  const start = payloads['RequestStartTransaction']?.payload as { idToken: object }
  const withToken = (change: object) =>
    send('RequestStartTransaction', { ...start, idToken: { ...start.idToken, ...change } })
  expect(withToken({})).toMatchObject({ reason: 'SecondUnsuitable' })
  expect(withToken({ additionalInfo: [{}] })).toMatchObject({ reason: 'SecondUnsuitable' })
  expect(withToken({ idToken: 'x'.repeat(255) })).toMatchObject({ reason: 'SecondUnsuitable' })
  for (const bad of [
    { idToken: 'x'.repeat(256) },
    { type: '' },
    { type: 'x'.repeat(37) },
    { additionalInfo: [] },
    { additionalInfo: Array.from({ length: 9 }, () => ({})) },
  ])
    expect(withToken(bad)).toMatchObject(forbidden)
})

test('some variables are set at once, not none and not more than sixteen', () => {
  const one = variable('OCPPCommCtrlr', 'HeartbeatInterval', '60').setVariableData
  const set = (count: number) =>
    send('SetVariables', { setVariableData: Array.from({ length: count }, () => one[0]) })
  expect(set(16)).toMatchObject({ ok: true })
  expect(set(0)).toMatchObject(forbidden)
  expect(set(17)).toMatchObject(forbidden)
  const actual = variable('OCPPCommCtrlr', 'HeartbeatInterval', '60', { attributeType: 'Actual' })
  expect(send('SetVariables', actual)).toMatchObject({ ok: true })
  expect(send('SetVariables', variable('OCPPCommCtrlr', 'Other', '60'))).toMatchObject(forbidden)
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
