import { authorisation } from './authorisation.ts'
import { clock } from './clock.ts'
import { communication } from './communication.ts'
import { deviceData } from './device-data.ts'
import { hardware } from './hardware.ts'
import { metering } from './metering.ts'
import { nameOf, type VariableRow } from './row.ts'
import { security } from './security.ts'
import { smartCharging } from './smart-charging.ts'
import { transactions } from './transactions.ts'

/** Every variable of the station, one functional block after the other. */
export const variables = [
  ...hardware,
  ...security,
  ...communication,
  ...deviceData,
  ...clock,
  ...authorisation,
  ...transactions,
  ...metering,
  ...smartCharging,
] as const satisfies readonly VariableRow[]

type Row = (typeof variables)[number]
export type ComponentName = Row['component']
type RowsOf<C extends ComponentName> = Extract<Row, { readonly component: C }>
/** What a variable reads as inside the station. */
type Typed<T extends Row['dataType']> = T extends 'integer' | 'decimal'
  ? number
  : T extends 'boolean'
    ? boolean
    : T extends 'MemberList' | 'SequenceList'
      ? readonly string[]
      : string
export type Settings = {
  [C in ComponentName]: { [R in RowsOf<C> as R['variable']]: Typed<R['dataType']> }
}

/** By name: `Component.Variable(Instance)`. */
export const variablesByName: ReadonlyMap<string, VariableRow> = new Map(
  variables.map((row) => [nameOf(row), row]),
)
export type LiveName = {
  [
    R in Row as R extends { readonly live: true }
      ? R extends { readonly instance: infer I extends string }
        ? `${R['component']}.${R['variable']}(${I})`
        : `${R['component']}.${R['variable']}`
      : never
  ]: true
}
