import { fromIso } from '@interlock/kernel'
import type { DataType, VariableRow } from './row.ts'

const integer = /^-?(0|[1-9]\d{0,8})$/
const decimal = /^-?(0|[1-9]\d{0,8})(\.\d{1,6})?$/
const listItemsMax = 32

const within = (value: number, { min = -Infinity, max = Infinity }: VariableRow): boolean =>
  value >= min && value <= max

const isList = (value: string, { values = [] }: VariableRow): boolean => {
  const members = membersOf(value)
  return (
    members.length <= listItemsMax &&
    new Set(members).size === members.length &&
    members.every((member) => values.includes(member))
  )
}

/** Whether `value` is one that the row allows (B05.FR.07, .08). */
const checks: Readonly<Record<DataType, (value: string, row: VariableRow) => boolean>> = {
  string: (value, row) => within(value.length, row),
  integer: (value, row) => integer.test(value) && within(Number(value), row),
  decimal: (value, row) => decimal.test(value) && within(Number(value), row),
  boolean: (value) => value === 'true' || value === 'false',
  dateTime: (value) => fromIso(value) !== undefined,
  OptionList: (value, { values = [] }) => values.includes(value),
  MemberList: isList,
  SequenceList: (value, row) => value !== '' && isList(value, row),
}

export const isValueOf = (row: VariableRow, value: string): boolean =>
  checks[row.dataType](value, row)

/** The members of a list value, in order; none in an empty one. */
export const membersOf = (value: string): readonly string[] =>
  value.trim() === '' ? [] : value.split(',').map((member) => member.trim())

/** What the text means to the code. */
export function meaningOf(
  row: VariableRow,
  value: string,
): string | number | boolean | readonly string[] {
  if (row.dataType === 'integer' || row.dataType === 'decimal') return Number(value)
  if (row.dataType === 'boolean') return value === 'true'
  if (row.dataType === 'MemberList' || row.dataType === 'SequenceList') return membersOf(value)
  return value
}
