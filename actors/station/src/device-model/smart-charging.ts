import { fallbackLimitVariable, limits } from '@interlock/contract'
import type { VariableRow } from './row.ts'

const fixed = { mutability: 'ReadOnly', constant: true } as const

/** Functional block K. */
export const smartCharging = [
  {
    component: 'SmartChargingCtrlr',
    variable: 'Available',
    dataType: 'boolean',
    ...fixed,
    value: 'true',
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'Enabled',
    dataType: 'boolean',
    mutability: 'ReadOnly',
    value: 'true',
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'Entries',
    instance: 'ChargingProfiles',
    dataType: 'integer',
    mutability: 'ReadOnly',
    max: limits.profilesHeldMax,
    live: true,
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'ExternalControlSignalsEnabled',
    dataType: 'boolean',
    mutability: 'ReadWrite',
    value: 'true',
  },
  // This system's own variable: what is left of the rating where no schedule reaches.
  {
    component: 'SmartChargingCtrlr',
    variable: 'FallbackLimit',
    dataType: 'integer',
    mutability: 'ReadWrite',
    unit: 'W',
    min: fallbackLimitVariable.min,
    max: fallbackLimitVariable.max,
    value: `${fallbackLimitVariable.max}`,
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'LimitChangeSignificance',
    dataType: 'decimal',
    mutability: 'ReadWrite',
    unit: 'Percent',
    min: 0,
    max: 100,
    value: '1',
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'NotifyChargingLimitWithSchedules',
    dataType: 'boolean',
    mutability: 'ReadWrite',
    value: 'true',
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'PeriodsPerSchedule',
    dataType: 'integer',
    ...fixed,
    value: `${limits.schedulePeriodsMax}`,
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'ProfileStackLevel',
    dataType: 'integer',
    ...fixed,
    value: '9',
  },
  {
    component: 'SmartChargingCtrlr',
    variable: 'RateUnit',
    dataType: 'MemberList',
    ...fixed,
    values: ['A', 'W'],
    value: 'A,W',
  },
  // Regulation 11 of SI 2021/1467: this system's own variable. Its floor is the guard of the mode.
  {
    component: 'SmartChargingCtrlr',
    variable: 'RandomDelaySecondsMax',
    dataType: 'integer',
    mutability: 'ReadWrite',
    unit: 's',
    min: 0,
    max: limits.randomDelaySecondsMax,
    value: `${limits.randomDelaySecondsDefault}`,
  },
] as const satisfies readonly VariableRow[]
