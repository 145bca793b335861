import type { Facts } from './mismatch.ts'

export type Node = Readonly<Record<string, unknown>>

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
/** By this date a request says never. */
const never = '3000-12-31T00:00:00.00Z'

/** What 6.14.3 asks for; `undefined` for what is not known here. */
export function calendarFacts(content: Node): Facts | undefined {
  const execution = executionOf(content['ExecutionDateTime'])
  const days = childrenOf(
    nodeOf(content['AuxiliaryControllerSpecialDayDefinitions']),
    'AuxiliaryControllerSpecialDayDefinition',
  )
  const special = days.map((day, index) =>
    day['@identifier'] === String(index + 1) ? dateOf(day) : undefined,
  )
  const schedules = childrenOf(content, 'AuxiliaryControllerSchedule').map(scheduleOf)
  if (execution === undefined) return undefined
  if ([...special, ...schedules].some((each) => each === undefined)) return undefined
  return { SpecialDays: special.join(' '), Schedules: schedules.join(' '), Execution: execution }
}

function scheduleOf(schedule: Node): string | undefined {
  const action = nodeOf(schedule['AuxiliaryControllerAction'])
  const when = nodeOf(schedule['AuxiliaryControllerSchedulePeriodAndTime'])
  const controller = action['@auxiliaryControllerN']
  const level = action['CommandedStateLevel']
  const direction = 'InputFromControlledLoad' in action ? 'input' : 'output'
  const time = /^(\d\d:\d\d:\d\d)\.00Z$/.exec(String(when['SwitchTime']))?.[1]
  const first = dateOf(nodeOf(when['StartDate']))
  const last = dateOf(nodeOf(when['EndDate']))
  const named = childrenOf(nodeOf(schedule['DaysOfWeekApplicability']), 'DayOfWeekApplicability')
  const weekdays = numbers(named.map((each) => dayNames.indexOf(String(each['DayOfWeekID'])) + 1))
  const special = numbers(
    childrenOf(schedule, 'SpecialDaysApplicability').map((each) => Number(each['@identifier'])),
  )
  const parts = [controller, direction, level, time, weekdays, special, first, last]
  return parts.some((each) => typeof each !== 'string') ? undefined : parts.join('/')
}

/** Ascending and apart by commas; `undefined` where one is no number, or comes twice. */
function numbers(values: readonly number[]): string | undefined {
  const sorted = [...new Set(values)].sort((one, other) => one - other)
  return sorted.length === values.length && sorted.every((each) => each >= 1)
    ? sorted.join(',')
    : undefined
}

export function dateOf(node: Node): string | undefined {
  const year = nodeOf(node['Year'])
  const month = nodeOf(node['Month'])['SpecifiedMonth']
  const day = nodeOf(node['DayOfMonth'])['SpecifiedDayOfMonth']
  if (!('NonSpecifiedDayOfWeek' in nodeOf(node['DayOfWeek']))) return undefined
  const found = 'NonSpecifiedYear' in year ? 'any' : year['SpecifiedYear']
  return [found, month, day].every((each) => typeof each === 'string')
    ? `${String(found)}-${String(month)}-${String(day)}`
    : undefined
}

export function executionOf(value: unknown): string | undefined {
  if (value === undefined) return 'at once'
  if (value === never) return 'never'
  return /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.00Z$/.exec(String(value))?.[1]
}

export const nodeOf = (value: unknown): Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : {}

/** The children of that name, of which there may be none, one or several. */
export function childrenOf(node: Node, name: string): readonly Node[] {
  const value = node[name]
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map(nodeOf)
}
