import { eui64, instant, type Instant } from '@interlock/kernel'
import type { Message } from '@interlock/oscp'
import { groupBlockMillis, limitAt, type Schedule } from '@interlock/power'
import type { Request } from '@interlock/ocpp'
import type { Command, CommandOutcome } from '../commands.ts'
import type { Context } from '../context.ts'
import type { StationView } from '../core/view.ts'
import { vehicleAt } from '../fixture/view.fixture.ts'
import type { CapacityBook, CapacityGroup } from './capacity-book.ts'
import { createFeederPlanner } from './feeder-planner.ts'

export const evening = instant(Date.UTC(2026, 0, 5, 18))
export const group: CapacityGroup = {
  group: 'feeder-1',
  feeder: 'F-1',
  contractedWatts: 40_000,
  operator: 'acacia',
  organisation: eui64('02-00-00-00-00-00-00-08'),
}

/** A vehicle that has just come, and needs some energy by half past seven. */
export const vehicle = (number: number, change: Partial<StationView['record']> = {}): StationView =>
  vehicleAt(number, evening, change)

/** A feeder on which nothing but the planner is real. */
export function street(
  vehicles: readonly StationView[],
  watts: { now: number; fallback: number },
  rest: object = {},
) {
  let now: Instant = evening
  const told: Message[] = []
  const records: string[] = []
  const context = {
    views: new Map(vehicles.map((view) => [view.record.stationId, view])),
    config: { expectedSessions: [], planning: { departure: '07:30', energyWattHours: 9_000 } },
    deps: { clock: { now: () => now } },
    audit: { critical: (kind: string) => void records.push(kind) },
    tell: () => {},
    ...rest,
  } as unknown as Context
  const book = {
    at: () => ({ watts: watts.now, source: 'forecast' }),
    fallbackAt: () => ({ watts: watts.fallback, source: 'fallback' }),
    tell: (_group: CapacityGroup, message: Message) => told.push(message) > 0,
  } as unknown as CapacityBook
  const planner = createFeederPlanner({ context, book, tariffOf: () => undefined })
  /** As if each station had taken what it was sent. */
  const plan = (): readonly Schedule[] =>
    planner.drafts(group).map(({ view, schedule }) => (view.schedule = schedule))
  const pass = (millis: number): void => void (now = instant(now + millis))
  return { plan, planner, pass, told, records, watts, context, book }
}

/** The most that all may draw at any time of the night, each up to a block late. */
export function worst(schedules: readonly Schedule[], from = evening): number {
  const blocks = Array.from({ length: 54 }, (_, at) => instant(from + at * groupBlockMillis))
  return Math.max(
    ...blocks.map((at) =>
      schedules.reduce((sum, schedule) => {
        const before = limitAt(schedule, instant(at - groupBlockMillis)) ?? 0
        return sum + Math.max(limitAt(schedule, at) ?? 0, before)
      }, 0),
    ),
  )
}
export const many = (count: number) => Array.from({ length: count }, (_, at) => vehicle(at + 1))

/** Stations that hold a part of the fallback, as they say; those that have none name no value. */
export function holding(held: Record<string, string> = {}) {
  const sent: Command[] = []
  /** So many parts more are countersigned. */
  const budget = { left: Infinity }
  const silent = new Set<string>()
  /** Whose answer to the next setting is lost. */
  const silentAfter = { next: false }
  const lost = { status: 'Failed', reason: 'Timeout' }
  const answer = ({ stationId, action, payload }: Command): CommandOutcome => {
    if (silent.has(stationId)) return lost
    const of = { component: { name: '' }, variable: { name: '' } }
    if (action === 'GetVariables') {
      const value = held[stationId]
      const status = value === undefined ? 'UnknownVariable' : 'Accepted'
      const result = { ...of, attributeStatus: status, attributeValue: value }
      return { status: 'Accepted', response: { getVariableResult: [result] } }
    }
    budget.left -= 1
    if (budget.left < 0) return { status: 'Refused', reason: 'BudgetExceeded' }
    const [asked] = (payload as Request<'SetVariables'>).setVariableData
    held[stationId] = asked?.attributeValue ?? ''
    if (silentAfter.next) return ((silentAfter.next = false), lost)
    return {
      status: 'Accepted',
      response: { setVariableResult: [{ ...of, attributeStatus: 'Accepted' }] },
    }
  }
  return {
    held,
    budget,
    silent,
    silentAfter,
    send: (command: Command) => Promise.resolve((sent.push(command), answer(command))),
    asked: (action: Command['action']) =>
      sent.filter((each) => each.action === action).map(({ stationId }) => stationId as string),
  }
}
