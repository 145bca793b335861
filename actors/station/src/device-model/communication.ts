import type { VariableRow } from './row.ts'

const comm = { component: 'OCPPCommCtrlr' } as const
const number = { dataType: 'integer', mutability: 'ReadWrite' } as const
const seconds = { ...number, unit: 's' } as const

/** Functional block B: how the station and its CSMS stay in touch. */
export const communication = [
  {
    ...comm,
    variable: 'ActiveNetworkProfile',
    dataType: 'string',
    mutability: 'ReadOnly',
    live: true,
  },
  {
    ...comm,
    variable: 'FileTransferProtocols',
    dataType: 'MemberList',
    mutability: 'ReadOnly',
    values: ['HTTP', 'HTTPS'],
    value: 'HTTP,HTTPS',
    constant: true,
  },
  { ...comm, variable: 'HeartbeatInterval', ...seconds, min: 1, max: 86_400, value: '3600' },
  {
    ...comm,
    variable: 'MessageTimeout',
    instance: 'Default',
    dataType: 'integer',
    mutability: 'ReadOnly',
    unit: 's',
    live: true,
  },
  {
    ...comm,
    variable: 'MessageAttemptInterval',
    instance: 'TransactionEvent',
    ...seconds,
    min: 1,
    max: 3_600,
    value: '60',
  },
  {
    ...comm,
    variable: 'MessageAttempts',
    instance: 'TransactionEvent',
    ...number,
    min: 1,
    max: 10,
    value: '3',
  },
  {
    ...comm,
    variable: 'NetworkConfigurationPriority',
    dataType: 'SequenceList',
    mutability: 'ReadWrite',
    values: ['0', '1', '2', '3', '4', '5'],
    value: '0',
    rebootRequired: true,
  },
  { ...comm, variable: 'NetworkProfileConnectionAttempts', ...number, min: 1, max: 20, value: '3' },
  { ...comm, variable: 'OfflineThreshold', ...seconds, min: 0, max: 86_400, value: '60' },
  {
    ...comm,
    variable: 'PublicKeyWithSignedMeterValue',
    dataType: 'OptionList',
    mutability: 'ReadWrite',
    values: ['Never', 'OncePerTransaction', 'EveryMeterValue'],
    value: 'OncePerTransaction',
  },
  { ...comm, variable: 'ResetRetries', ...number, min: 0, max: 10, value: '1' },
  { ...comm, variable: 'RetryBackOffRandomRange', ...seconds, min: 0, max: 3_600, value: '10' },
  { ...comm, variable: 'RetryBackOffRepeatTimes', ...number, min: 0, max: 10, value: '3' },
  { ...comm, variable: 'RetryBackOffWaitMinimum', ...seconds, min: 1, max: 3_600, value: '5' },
  {
    ...comm,
    variable: 'UnlockOnEVSideDisconnect',
    dataType: 'boolean',
    mutability: 'ReadWrite',
    value: 'true',
  },
  { ...comm, variable: 'WebSocketPingInterval', ...seconds, min: 0, max: 3_600, value: '60' },
] as const satisfies readonly VariableRow[]
