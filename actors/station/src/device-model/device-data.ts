import type { VariableRow } from './row.ts'

const limit = {
  component: 'DeviceDataCtrlr',
  dataType: 'integer',
  mutability: 'ReadOnly',
  constant: true,
} as const
const size = { ...limit, max: 2_500 } as const

/** Functional block B: how much fits into one message about the device model. */
export const deviceData = [
  { ...limit, variable: 'BytesPerMessage', instance: 'GetReport', value: '65536' },
  { ...limit, variable: 'BytesPerMessage', instance: 'GetVariables', value: '65536' },
  { ...limit, variable: 'BytesPerMessage', instance: 'SetVariables', value: '65536' },
  { ...limit, variable: 'ItemsPerMessage', instance: 'GetReport', value: '50' },
  { ...limit, variable: 'ItemsPerMessage', instance: 'GetVariables', value: '50' },
  { ...limit, variable: 'ItemsPerMessage', instance: 'SetVariables', value: '50' },
  { ...size, variable: 'ConfigurationValueSize', value: '1000' },
  { ...size, variable: 'ReportingValueSize', value: '2500' },
  { ...size, variable: 'ValueSize', value: '1000' },
] as const satisfies readonly VariableRow[]
