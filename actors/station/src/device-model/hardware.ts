import type { VariableRow } from './row.ts'

const fixed = { mutability: 'ReadOnly', constant: true } as const
const states = ['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted'] as const
const state = {
  variable: 'AvailabilityState',
  dataType: 'OptionList',
  mutability: 'ReadOnly',
  values: states,
  live: true,
  summary: true,
} as const
const exists = { variable: 'Available', dataType: 'boolean', ...fixed, value: 'true' } as const
const phases = {
  variable: 'SupplyPhases',
  dataType: 'integer',
  mutability: 'ReadOnly',
  max: 3,
  live: true,
} as const
const problem = {
  variable: 'Problem',
  dataType: 'boolean',
  mutability: 'ReadOnly',
  live: true,
  summary: true,
} as const

/** The tiers of the (simulated) machine itself. */
export const hardware = [
  { component: 'ChargingStation', ...state },
  { component: 'ChargingStation', ...exists },
  { component: 'ChargingStation', ...phases },
  { component: 'ChargingStation', ...problem },
  {
    component: 'ChargingStation',
    variable: 'AllowNewSessionsPendingFirmwareUpdate',
    dataType: 'boolean',
    mutability: 'ReadWrite',
    value: 'false',
  },
  {
    component: 'ChargingStation',
    variable: 'Model',
    dataType: 'string',
    ...fixed,
    max: 20,
    value: 'Simulated charger',
  },
  {
    component: 'ChargingStation',
    variable: 'VendorName',
    dataType: 'string',
    ...fixed,
    max: 50,
    value: 'Interlock',
  },
  {
    component: 'ChargingStation',
    variable: 'SerialNumber',
    dataType: 'string',
    mutability: 'ReadOnly',
    max: 25,
    live: true,
  },
  {
    component: 'ChargingStation',
    variable: 'FirmwareVersion',
    dataType: 'string',
    mutability: 'ReadOnly',
    max: 50,
    live: true,
  },
  { component: 'EVSE', tier: 'evse', ...state },
  { component: 'EVSE', tier: 'evse', ...exists },
  { component: 'EVSE', tier: 'evse', ...phases },
  { component: 'EVSE', tier: 'evse', ...problem },
  {
    component: 'EVSE',
    tier: 'evse',
    variable: 'AllowReset',
    dataType: 'boolean',
    ...fixed,
    value: 'true',
  },
  {
    component: 'EVSE',
    tier: 'evse',
    variable: 'Power',
    dataType: 'decimal',
    mutability: 'ReadOnly',
    unit: 'W',
    live: true,
  },
  { component: 'Connector', tier: 'connector', ...state },
  { component: 'Connector', tier: 'connector', ...exists },
  { component: 'Connector', tier: 'connector', ...phases },
  {
    component: 'Connector',
    tier: 'connector',
    variable: 'ConnectorType',
    dataType: 'string',
    ...fixed,
    max: 20,
    value: 'cType2',
  },
] as const satisfies readonly VariableRow[]
