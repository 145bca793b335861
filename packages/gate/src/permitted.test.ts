import { expect, test } from 'vitest'
import { actionOf } from './actions/table.ts'
import { gate } from './gate.ts'
import { allowed, forbidden, judge, send } from './scenarios.fixture.ts'
import {
  cell,
  now,
  parties,
  payloads,
  profile,
  read,
  second,
  sign,
  state,
} from './world.fixture.ts'

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
  ['RequestStartTransaction', ['onDemand', 'supplied'], true, 'ignore'],
  ['RequestStopTransaction', ['onDemand', 'supplied'], true, 'ignore'],
  ['SetChargingProfile', ['response'], true, 'hold'],
  ['ClearChargingProfile', undefined, true, 'hold'],
  ['Reset', undefined, true, 'refuse'],
  ['ChangeAvailability', undefined, true, 'refuse'],
  ['UpdateFirmware', undefined, true, 'refuse'],
  ['InstallCertificate', undefined, false, 'ignore'],
  ['DeleteCertificate', undefined, false, 'ignore'],
  ['SetNetworkProfile', undefined, false, 'ignore'],
  ['SetVariables', undefined, false, 'ignore'],
  ['FrequencyCurve', undefined, false, 'ignore'],
])('%s: armed by %s, moves load %s, under an override %s', (action, arms, movesLoad, override) => {
  expect(actionOf(action)).toMatchObject({ movesLoad, override })
  expect(actionOf(action)?.arms).toEqual(arms)
})

test('several maintainers may be pinned at once', () => {
  const other = { ...parties.stranger, role: 'maintainer' as const }
  const cells = { ...state().cells, maintainer: [cell(parties.maintainer), cell(other)] }
  const jws = second(sign('Reset', { by: other }))
  expect(gate(read(jws), { arms: [] }, state({ cells }), now)).toMatchObject({ ok: true })
})
