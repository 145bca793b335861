import type { Request } from '@interlock/ocpp'
import type { Pointer } from './model.ts'
import { nameOf, type VariableRow } from './row.ts'

export type ReportData = NonNullable<Request<'NotifyReport'>['reportData']>[number]
export type Inventory = readonly {
  readonly row: VariableRow
  readonly value: string | undefined
}[]
export type BaseReport = Request<'GetBaseReport'>['reportBase']
export type Criterion = NonNullable<Request<'GetReport'>['componentCriteria']>[number]
type Asked = NonNullable<Request<'GetReport'>['componentVariable']>[number]

/** B07.FR.07 … .09: which variables each base report is about. */
const bases: Readonly<Record<BaseReport, (row: VariableRow) => boolean>> = {
  ConfigurationInventory: ({ mutability }) => mutability !== 'ReadOnly',
  FullInventory: () => true,
  SummaryInventory: ({ summary }) => summary === true,
}

export const baseReport = (inventory: Inventory, base: BaseReport): Inventory =>
  inventory.filter(({ row }) => bases[base](row))

/** B08: of the components that meet one of the criteria, what one of the items asks for. */
export function customReport(
  inventory: Inventory,
  evse: number,
  {
    componentCriteria,
    componentVariable,
  }: Pick<Request<'GetReport'>, 'componentCriteria' | 'componentVariable'>,
): Inventory {
  return inventory.filter(({ row }) => {
    const meets = componentCriteria?.some((criterion) => isMet(inventory, row, criterion)) ?? true
    const asked = componentVariable?.some((item) => isAsked(row, evse, item)) ?? true
    return meets && asked
  })
}

/** B08.FR.13, .15: a component without the variable counts as it would with `true`, but for a problem. */
function isMet(inventory: Inventory, { component, tier }: VariableRow, criterion: Criterion) {
  const found = inventory.find(
    ({ row }) => row.component === component && row.tier === tier && row.variable === criterion,
  )
  return found === undefined ? criterion !== 'Problem' : found.value === 'true'
}

const alike = (left: string, right: string | undefined): boolean =>
  right === undefined || left.toLowerCase() === right.toLowerCase()

/** B08.FR.11: what an item leaves open stands for all: variables, instances, EVSEs. */
function isAsked(row: VariableRow, evse: number, { component, variable }: Asked): boolean {
  const at = component.evse
  return (
    alike(row.component, component.name) &&
    component.instance === undefined &&
    (variable === undefined || alike(row.variable, variable.name)) &&
    (variable?.instance === undefined || alike(row.instance ?? '', variable.instance)) &&
    (at === undefined ||
      (at.id === evse &&
        (row.tier === 'connector' ? (at.connectorId ?? 1) === 1 : row.tier === 'evse')))
  )
}

/** How OCPP names the place of a row. */
export const pointerOf = (row: VariableRow, evse: number): Pointer => ({
  component: {
    name: row.component,
    ...(row.tier === 'evse' ? { evse: { id: evse } } : {}),
    ...(row.tier === 'connector' ? { evse: { id: evse, connectorId: 1 } } : {}),
  },
  variable: {
    name: row.variable,
    ...(row.instance === undefined ? {} : { instance: row.instance }),
  },
})

/** One entry of a NotifyReport; `maxima` are limits that the hardware knows and the table does not. */
export function reportData(
  { row, value }: Inventory[number],
  evse: number,
  maxima: Readonly<Record<string, number>>,
): ReportData {
  const max = maxima[nameOf(row)] ?? row.max
  return {
    ...pointerOf(row, evse),
    variableAttribute: [
      {
        type: 'Actual',
        ...(value === undefined ? {} : { value }),
        mutability: row.mutability,
        persistent: row.live !== true,
        constant: row.constant === true,
      },
    ],
    variableCharacteristics: {
      dataType: row.dataType,
      supportsMonitoring: false,
      ...(row.unit === undefined ? {} : { unit: row.unit }),
      ...(row.min === undefined ? {} : { minLimit: row.min }),
      ...(max === undefined ? {} : { maxLimit: max }),
      ...(row.values === undefined ? {} : { valuesList: row.values.join(',') }),
    },
  }
}
