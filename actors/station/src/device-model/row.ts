/** OCPP's VariableCharacteristics.dataType (DataEnumType). */
export type DataType =
  | 'string'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'boolean'
  | 'OptionList'
  | 'SequenceList'
  | 'MemberList'

export type Mutability = 'ReadOnly' | 'WriteOnly' | 'ReadWrite'

/** What a variable belongs to: the whole station, its EVSE, or that EVSE's connector. */
export type Tier = 'station' | 'evse' | 'connector'

/**
 * One variable of the device model. Only the attribute `Actual` exists; where a row has `live` its
 * value is computed when it is read, otherwise it is what was set, what the config says, or `value`.
 */
export type VariableRow = {
  readonly component: string
  readonly variable: string
  /** Of the variable. */
  readonly instance?: string
  readonly tier?: Tier
  readonly dataType: DataType
  readonly mutability: Mutability
  readonly unit?: string
  readonly min?: number
  /** The largest number, or the longest string. */
  readonly max?: number
  /** What a list may hold. */
  readonly values?: readonly string[]
  readonly value?: string
  readonly live?: true
  /** The manufacturer's: the same until the firmware changes. */
  readonly constant?: true
  /** A new value counts from the next restart on. */
  readonly rebootRequired?: true
  /** Belongs to the summary inventory (B07.FR.09). */
  readonly summary?: true
}

/** `Component.Variable`, with the instance in brackets where there is one. */
export const nameOf = (row: {
  readonly component: string
  readonly variable: string
  readonly instance?: string
}): string =>
  `${row.component}.${row.variable}${row.instance === undefined ? '' : `(${row.instance})`}`
