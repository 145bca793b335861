import { localListEntriesMax } from '../core/local-list.ts'
import type { VariableRow } from './row.ts'

const flag = { dataType: 'boolean', mutability: 'ReadWrite' } as const
const fixed = { dataType: 'boolean', mutability: 'ReadOnly', constant: true } as const

/** Functional blocks C and D. */
export const authorisation = [
  { component: 'AuthCtrlr', variable: 'AuthorizeRemoteStart', ...flag, value: 'false' },
  { component: 'AuthCtrlr', variable: 'Enabled', ...flag, value: 'true' },
  { component: 'AuthCtrlr', variable: 'LocalAuthorizeOffline', ...flag, value: 'true' },
  { component: 'AuthCtrlr', variable: 'LocalPreAuthorize', ...flag, value: 'false' },
  {
    component: 'AuthCtrlr',
    variable: 'MasterPassGroupId',
    dataType: 'string',
    mutability: 'ReadWrite',
    max: 36,
    value: '',
  },
  { component: 'AuthCtrlr', variable: 'OfflineTxForUnknownIdEnabled', ...flag, value: 'false' },
  { component: 'AuthCtrlr', variable: 'DisableRemoteAuthorization', ...flag, value: 'false' },
  {
    component: 'AuthCtrlr',
    variable: 'AdditionalInfoItemsPerMessage',
    dataType: 'integer',
    mutability: 'ReadOnly',
    value: '4',
    constant: true,
  },
  { component: 'AuthCacheCtrlr', variable: 'Available', ...fixed, value: 'true' },
  { component: 'AuthCacheCtrlr', variable: 'Enabled', ...flag, value: 'true' },
  {
    component: 'AuthCacheCtrlr',
    variable: 'LifeTime',
    dataType: 'integer',
    mutability: 'ReadWrite',
    unit: 's',
    min: 0,
    max: 31_536_000,
    value: '86400',
  },
  {
    component: 'AuthCacheCtrlr',
    variable: 'Policy',
    dataType: 'OptionList',
    mutability: 'ReadOnly',
    values: ['LRU', 'LFU', 'FIFO', 'CUSTOM'],
    value: 'LRU',
    constant: true,
  },
  {
    component: 'AuthCacheCtrlr',
    variable: 'Storage',
    dataType: 'integer',
    mutability: 'ReadOnly',
    unit: 'B',
    max: 65_536,
    live: true,
  },
  { component: 'AuthCacheCtrlr', variable: 'DisablePostAuthorize', ...flag, value: 'false' },
  { component: 'LocalAuthListCtrlr', variable: 'Available', ...fixed, value: 'true' },
  { component: 'LocalAuthListCtrlr', variable: 'Enabled', ...flag, value: 'true' },
  {
    component: 'LocalAuthListCtrlr',
    variable: 'Entries',
    dataType: 'integer',
    mutability: 'ReadOnly',
    max: localListEntriesMax,
    live: true,
  },
  {
    component: 'LocalAuthListCtrlr',
    variable: 'ItemsPerMessage',
    dataType: 'integer',
    mutability: 'ReadOnly',
    value: '100',
    constant: true,
  },
  {
    component: 'LocalAuthListCtrlr',
    variable: 'BytesPerMessage',
    dataType: 'integer',
    mutability: 'ReadOnly',
    value: '65536',
    constant: true,
  },
  { component: 'LocalAuthListCtrlr', variable: 'DisablePostAuthorize', ...flag, value: 'false' },
] as const satisfies readonly VariableRow[]
