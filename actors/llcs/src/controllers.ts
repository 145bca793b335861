import type { Answer } from '@interlock/gbcs'
import { calendarAt } from './calendar.ts'
import { heldArms } from './core/memory.ts'
import type { Llcs } from './llcs.ts'

const controllers = [1, 2, 3, 4, 5] as const

/** How the controllers are set up (ECS61d): the EVSEs of the home, and the calendar in force. */
export function readConfiguration({ config, keeper, deps }: Llcs): Answer {
  const calendar = calendarAt(keeper.memory, deps.clock.now())
  return {
    result: 'success',
    descriptions: controllers.map((each) => (config.evses.includes(each) ? `EVSE ${each}` : '')),
    specialDays: calendar?.specialDays ?? [],
    entries: calendar?.entries ?? [],
  }
}

/**
 * What they do (ECS61e). A load is as its charger has it unless it has said that it was moved under an arm, and
 * has not moved back: then it is at the level of that arm.
 */
export function readOperation(llcs: Llcs): Answer {
  const { config, keeper, deps } = llcs
  const moved = heldArms(keeper.memory, deps.clock.now(), deps.crypto).filter(
    ({ stored }) => stored.used === true && stored.spent !== true,
  )
  const stateOf = (evse: number): string => {
    const arm = moved.findLast((each) => each.arm.evse === evse)?.arm
    const level = arm?.levelPercent ?? 100
    const input = arm?.direction === 'export'
    return `{"outputState": ${input ? 0 : level}, "inputState": ${input ? level : 0}}`
  }
  const isThere = (each: number): boolean => config.evses.includes(each)
  return {
    result: 'success',
    kinds: controllers.map((each) => (isThere(each) ? 'apc' : 'none')),
    states: controllers.map((each) => (isThere(each) ? stateOf(each) : '{}')),
  }
}
