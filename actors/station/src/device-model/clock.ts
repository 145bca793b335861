import type { VariableRow } from './row.ts'

/** Functional block B: time. */
export const clock = [
  {
    component: 'ClockCtrlr',
    variable: 'DateTime',
    dataType: 'dateTime',
    mutability: 'ReadOnly',
    live: true,
  },
  {
    component: 'ClockCtrlr',
    variable: 'TimeAdjustmentReportingThreshold',
    dataType: 'integer',
    mutability: 'ReadWrite',
    unit: 's',
    min: 0,
    max: 86_400,
    value: '20',
  },
  {
    component: 'ClockCtrlr',
    variable: 'TimeSource',
    dataType: 'SequenceList',
    mutability: 'ReadWrite',
    values: ['Heartbeat', 'RealTimeClock'],
    value: 'Heartbeat',
  },
] as const satisfies readonly VariableRow[]
