import type { Request, Response } from '@interlock/ocpp'
import { nameOf, type VariableRow } from './row.ts'
import { variables, variablesByName, type LiveName, type Settings } from './table.ts'
import { isValueOf, meaningOf } from './value.ts'

type GetItem = Request<'GetVariables'>['getVariableData'][number]
type GetResult = Response<'GetVariables'>['getVariableResult'][number]
type SetItem = Request<'SetVariables'>['setVariableData'][number]
export type SetStatus = Response<'SetVariables'>['setVariableResult'][number]['attributeStatus']

/** One way to point at a variable, as OCPP does. */
export type Pointer = Pick<GetItem, 'component' | 'variable'>

/** Computes the value of each live variable when it is read. */
export type LiveValues = Readonly<Record<keyof LiveName, () => string>>

/** Why a value that fits its row must still not be set; a `statusInfo.reasonCode`. */
export type Guard = (value: string) => string | undefined

export type DeviceModel = {
  /** The value that counts now. */
  setting<C extends keyof Settings, V extends keyof Settings[C] & string>(
    component: C,
    variable: V,
    instance?: string,
  ): Settings[C][V]
  /** B06. A secret is not given (B06.FR.09). */
  get(item: GetItem): Pick<GetResult, 'attributeStatus' | 'attributeValue'>
  /** B05, without doing it: what {@link set} would answer. */
  check(item: SetItem): { readonly status: SetStatus; readonly reason?: string }
  /** B05. Durable when it returns `Accepted` or `RebootRequired`. */
  set(item: SetItem): { readonly status: SetStatus; readonly reason?: string }
  /** Of the station's own accord, past the guards and mutability; a mistake in the value is a bug. */
  store(name: string, value: string): void
  /** What a secret or any other variable holds; for the station alone. */
  held(name: string): string | undefined
  /** Each variable with its present value; a secret without. */
  inventory(): readonly { readonly row: VariableRow; readonly value: string | undefined }[]
  find(pointer: Pointer): VariableRow | 'UnknownComponent' | 'UnknownVariable'
  onSet(listener: (name: string) => void): void
}

/** What OCPP names match: without regard to case (Part 2 §2.1.1 of the device model). */
const alike = (left: string | undefined, right: string | undefined): boolean =>
  left?.toLowerCase() === right?.toLowerCase()

export function createDeviceModel(options: {
  /** The EVSE of the tiers below the station. */
  readonly evse: number
  readonly live: LiveValues
  /** What the config says, by name. */
  readonly configured: Readonly<Record<string, string>>
  readonly stored: () => Readonly<Record<string, string | number>>
  readonly save: (values: Readonly<Record<string, string>>) => void
  readonly guards: Readonly<Record<string, Guard>>
}): DeviceModel {
  const { evse, configured, guards } = options
  const listeners = new Set<(name: string) => void>()
  const live = options.live as Readonly<Record<string, (() => string) | undefined>>

  const held = (name: string): string | undefined => {
    const stored = options.stored()[name]
    const computed = live[name]?.()
    return computed ?? (stored === undefined ? undefined : `${stored}`) ?? ofRow(name)
  }
  const ofRow = (name: string): string | undefined =>
    configured[name] ?? variablesByName.get(name)?.value

  const isAt = (row: VariableRow, { component }: Pointer): boolean => {
    if (!alike(row.component, component.name) || component.instance !== undefined) return false
    const { id, connectorId } = component.evse ?? { id: undefined, connectorId: undefined }
    if (row.tier === 'evse') return id === evse && connectorId === undefined
    if (row.tier === 'connector') return id === evse && connectorId === 1
    return id === undefined
  }

  const find: DeviceModel['find'] = (pointer) => {
    const there = variables.filter((row: VariableRow) => isAt(row, pointer))
    if (there.length === 0) return 'UnknownComponent'
    const { name, instance } = pointer.variable
    const found = there.find(
      (row: VariableRow) => alike(row.variable, name) && alike(row.instance, instance),
    )
    return found ?? 'UnknownVariable'
  }

  const check: DeviceModel['check'] = (item) => {
    const row = find(item)
    if (typeof row === 'string') return { status: row }
    if ((item.attributeType ?? 'Actual') !== 'Actual')
      return { status: 'NotSupportedAttributeType' }
    if (row.mutability === 'ReadOnly') return { status: 'Rejected', reason: 'ReadOnly' }
    if (!isValueOf(row, item.attributeValue)) return { status: 'Rejected', reason: reasonOf(row) }
    const reason = guards[nameOf(row)]?.(item.attributeValue)
    if (reason !== undefined) return { status: 'Rejected', reason }
    return { status: row.rebootRequired === true ? 'RebootRequired' : 'Accepted' }
  }

  const store = (name: string, value: string): void => {
    if (`${options.stored()[name] ?? ''}` === value && value !== '') return
    options.save({ [name]: value })
    for (const listener of listeners) listener(name)
  }

  return {
    setting: ((component, variable, instance) => {
      const name = nameOf({ component, variable, ...(instance === undefined ? {} : { instance }) })
      const row = variablesByName.get(name)
      if (row === undefined) throw new TypeError(`the device model has no ${name}`)
      return meaningOf(row, held(name) ?? '')
    }) as DeviceModel['setting'],
    get(item) {
      const row = find(item)
      if (typeof row === 'string') return { attributeStatus: row }
      if ((item.attributeType ?? 'Actual') !== 'Actual')
        return { attributeStatus: 'NotSupportedAttributeType' }
      if (row.mutability === 'WriteOnly') return { attributeStatus: 'Rejected' }
      return { attributeStatus: 'Accepted', attributeValue: held(nameOf(row)) ?? '' }
    },
    check,
    set(item) {
      const checked = check(item)
      const row = find(item)
      const isSet = checked.status === 'Accepted' || checked.status === 'RebootRequired'
      if (isSet && typeof row !== 'string') store(nameOf(row), item.attributeValue)
      return checked
    },
    store,
    held,
    inventory: () =>
      variables.map((row: VariableRow) => ({
        row,
        value: row.mutability === 'WriteOnly' ? undefined : held(nameOf(row)),
      })),
    find,
    onSet: (listener) => void listeners.add(listener),
  }
}

const reasonOf = (row: VariableRow): string =>
  row.min !== undefined || row.max !== undefined ? 'ValueOutOfRange' : 'InvalidValue'
