import type { VariableRow } from './row.ts'

/** What the simulated meter measures. */
export const measurands = [
  'Energy.Active.Import.Register',
  'Energy.Active.Import.Interval',
  'Power.Active.Import',
  'Power.Offered',
  'Current.Import',
  'Current.Offered',
  'Voltage',
  'Frequency',
  'SoC',
] as const

const list = { dataType: 'MemberList', mutability: 'ReadWrite', values: measurands } as const
const seconds = {
  dataType: 'integer',
  mutability: 'ReadWrite',
  unit: 's',
  min: 0,
  max: 86_400,
} as const
const flag = { dataType: 'boolean', mutability: 'ReadWrite' } as const
const available = { dataType: 'boolean', mutability: 'ReadOnly', constant: true } as const
const register = 'Energy.Active.Import.Register'

/** Functional block J. */
export const metering = [
  { component: 'AlignedDataCtrlr', variable: 'Available', ...available, value: 'true' },
  { component: 'AlignedDataCtrlr', variable: 'Enabled', ...flag, value: 'true' },
  { component: 'AlignedDataCtrlr', variable: 'Interval', ...seconds, value: '0' },
  { component: 'AlignedDataCtrlr', variable: 'Measurands', ...list, value: register },
  { component: 'AlignedDataCtrlr', variable: 'SendDuringIdle', ...flag, value: 'false' },
  { component: 'AlignedDataCtrlr', variable: 'SignReadings', ...flag, value: 'false' },
  { component: 'AlignedDataCtrlr', variable: 'TxEndedInterval', ...seconds, value: '0' },
  { component: 'AlignedDataCtrlr', variable: 'TxEndedMeasurands', ...list, value: register },
  { component: 'SampledDataCtrlr', variable: 'Available', ...available, value: 'true' },
  { component: 'SampledDataCtrlr', variable: 'Enabled', ...flag, value: 'true' },
  { component: 'SampledDataCtrlr', variable: 'SignReadings', ...flag, value: 'false' },
  {
    component: 'SampledDataCtrlr',
    variable: 'RegisterValuesWithoutPhases',
    ...flag,
    value: 'true',
  },
  { component: 'SampledDataCtrlr', variable: 'TxEndedInterval', ...seconds, value: '0' },
  { component: 'SampledDataCtrlr', variable: 'TxEndedMeasurands', ...list, value: register },
  { component: 'SampledDataCtrlr', variable: 'TxStartedMeasurands', ...list, value: register },
  { component: 'SampledDataCtrlr', variable: 'TxUpdatedInterval', ...seconds, value: '900' },
  {
    component: 'SampledDataCtrlr',
    variable: 'TxUpdatedMeasurands',
    ...list,
    value: `${register},Power.Active.Import`,
  },
] as const satisfies readonly VariableRow[]
