import { expect, test } from 'vitest'
import { createDeviceModel, type LiveValues } from './model.ts'
import { nameOf, type VariableRow } from './row.ts'
import { variables } from './table.ts'
import { isValueOf } from './value.ts'

function modelWith(stored: Record<string, string> = {}) {
  const live = new Proxy(
    {},
    {
      get: (_, name) =>
        variables.some((row) => 'live' in row && nameOf(row) === name) ? () => 'live' : undefined,
    },
  )
  return createDeviceModel({
    evse: 1,
    live: live as LiveValues,
    configured: { 'OCPPCommCtrlr.HeartbeatInterval': '120' },
    stored: () => stored,
    save: (values) => void Object.assign(stored, values),
    guards: { 'TxCtrlr.TxStartPoint': (value) => (value === '' ? 'NoStart' : undefined) },
  })
}
const at = (component: string, variable: string, rest: object = {}) => ({
  component: { name: component },
  variable: { name: variable },
  ...rest,
})

test('a setting is what was set, else what the config says, else the default of its row', () => {
  const model = modelWith({ 'OCPPCommCtrlr.OfflineThreshold': '7' })
  expect(model.setting('OCPPCommCtrlr', 'OfflineThreshold')).toBe(7)
  expect(model.setting('OCPPCommCtrlr', 'HeartbeatInterval')).toBe(120)
  expect(model.setting('TxCtrlr', 'StopTxOnInvalidId')).toBe(true)
  expect(model.setting('TxCtrlr', 'TxStartPoint')).toEqual(['EVConnected'])
  expect(model.setting('DeviceDataCtrlr', 'ItemsPerMessage', 'GetReport')).toBe(50)
})

test.each([
  ['Accepted', at('OCPPCommCtrlr', 'OfflineThreshold'), '5'],
  ['Accepted', at('ocppcommctrlr', 'OFFLINETHRESHOLD'), '5'],
  ['RebootRequired', at('OCPPCommCtrlr', 'NetworkConfigurationPriority'), '0,1'],
  ['Rejected', at('OCPPCommCtrlr', 'OfflineThreshold'), 'soon'],
  // B05.FR.08: below the range, and above it.
  ['Rejected', at('OCPPCommCtrlr', 'OfflineThreshold'), '-1'],
  ['Rejected', at('OCPPCommCtrlr', 'OfflineThreshold'), '86401'],
  ['Rejected', at('TxCtrlr', 'StopTxOnInvalidId'), 'yes'],
  ['Rejected', at('TxCtrlr', 'TxStopPoint'), 'Authorized,Never'],
  ['Rejected', at('TxCtrlr', 'TxStopPoint'), 'Authorized,Authorized'],
  ['Rejected', at('TxCtrlr', 'TxStartPoint'), ''],
  ['Rejected', at('SecurityCtrlr', 'BasicAuthPassword'), 'too short'],
  ['Rejected', at('SecurityCtrlr', 'SecurityProfile'), '2'],
  // It is the network connection profile's.
  [
    'Rejected',
    {
      component: { name: 'OCPPCommCtrlr' },
      variable: { name: 'MessageTimeout', instance: 'Default' },
    },
    '5',
  ],
  ['UnknownComponent', at('Toaster', 'Enabled'), '1'],
  [
    'UnknownComponent',
    { component: { name: 'EVSE', evse: { id: 2 } }, variable: { name: 'Power' } },
    '1',
  ],
  ['UnknownVariable', at('TxCtrlr', 'Colour'), '1'],
  ['UnknownVariable', at('DeviceDataCtrlr', 'ItemsPerMessage'), '1'],
  [
    'NotSupportedAttributeType',
    at('OCPPCommCtrlr', 'OfflineThreshold', { attributeType: 'Target' }),
    '5',
  ],
])('B05: %s for %j = %s', (status, pointer, attributeValue) => {
  const stored = {}
  const item = { ...pointer, attributeValue } as Parameters<ReturnType<typeof modelWith>['set']>[0]
  expect(modelWith(stored).set(item).status).toBe(status)
  const isSet = status === 'Accepted' || status === 'RebootRequired'
  expect(Object.keys(stored)).toHaveLength(isSet ? 1 : 0)
})

test.each([
  ['Accepted', at('OCPPCommCtrlr', 'HeartbeatInterval'), '120'],
  [
    'Accepted',
    { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'AllowReset' } },
    'true',
  ],
  [
    'Accepted',
    {
      component: { name: 'Connector', evse: { id: 1, connectorId: 1 } },
      variable: { name: 'ConnectorType' },
    },
    'cType2',
  ],
  ['UnknownComponent', at('EVSE', 'AllowReset'), undefined],
  ['UnknownVariable', at('OCPPCommCtrlr', 'Colour'), undefined],
  // B06.FR.14, B06.FR.15: an instance is named where there is no variable without one.
  [
    'Accepted',
    {
      component: { name: 'DeviceDataCtrlr' },
      variable: { name: 'ItemsPerMessage', instance: 'GetReport' },
    },
    '50',
  ],
  ['UnknownVariable', at('DeviceDataCtrlr', 'ItemsPerMessage'), undefined],
  [
    'NotSupportedAttributeType',
    at('OCPPCommCtrlr', 'HeartbeatInterval', { attributeType: 'MaxSet' }),
    undefined,
  ],
])('B06: %s for %j', (attributeStatus, pointer, attributeValue) => {
  const item = pointer as Parameters<ReturnType<typeof modelWith>['get']>[0]
  expect(modelWith().get(item)).toEqual({
    attributeStatus,
    ...(attributeValue === undefined ? {} : { attributeValue }),
  })
})

test('a secret can be set and used, never read (B06.FR.09)', () => {
  const model = modelWith()
  const pointer = at('SecurityCtrlr', 'BasicAuthPassword')
  const attributeValue = 'a password of some length'
  expect(model.set({ ...pointer, attributeValue })).toEqual({ status: 'Accepted' })
  expect(model.held('SecurityCtrlr.BasicAuthPassword')).toBe(attributeValue)
  expect(model.get(pointer)).toEqual({ attributeStatus: 'Rejected' })
  expect(JSON.stringify(model.inventory())).not.toContain(attributeValue)
})

test('every row is named once, and its own default is a value that it allows', () => {
  const names = variables.map((row: VariableRow) => `${row.tier ?? ''} ${nameOf(row)}`)
  expect(new Set(names).size).toBe(names.length)
  const bad = variables.filter(
    (row: VariableRow) =>
      row.value !== undefined && !isValueOf({ ...row, max: row.max ?? Infinity }, row.value),
  )
  expect(bad).toEqual([])
})
