import {
  groupBlockMillis,
  type GroupNeed,
  type GroupPlan,
  type GroupSession,
} from '@interlock/power'
import highsLoader from 'highs'

// Its types say that the module is the loader; under Node's rules the loader is its default.
const load = highsLoader as unknown as typeof highsLoader.default

/** What a linear program says is possible: the energy first, then its cost. */
export type Optimum = { readonly wattHours: number; readonly costPence: number }

const shares = { ALL: [1 / 3, 1 / 3, 1 / 3], ONE: [1, 0, 0], TWO: [0, 1, 0], THREE: [0, 0, 1] }

/** Kilowatt-hours that a session can take in a block by its presence and power. */
function mostOf({ from }: GroupNeed, session: GroupSession, block: number): number {
  const begins = Math.max(session.arrival, from + block * groupBlockMillis)
  const ends = Math.min(session.departure, from + (block + 1) * groupBlockMillis)
  return Math.max(0, ((ends - begins) * session.maxWatts) / 3_600_000_000)
}

/**
 * The optimum of the whole, with every limit as it is: nothing is divided beforehand, nothing rounded.
 * What cannot be had costs a hundred pounds per kilowatt-hour, so that it is the last resort.
 */
export async function optimumOf(need: GroupNeed): Promise<Optimum> {
  const missingPence = 10_000
  const objective: string[] = []
  const rows: string[] = []
  const bounds: string[] = []
  const byLimit = new Map<string, { terms: string[]; most: number }>()
  const limit = (name: string, watts: number, term: string): void => {
    const row = byLimit.get(name) ?? { terms: [], most: (watts * groupBlockMillis) / 3_600_000_000 }
    row.terms.push(term)
    byLimit.set(name, row)
  }
  for (const [at, session] of need.sessions.entries()) {
    const energy: string[] = [`m${at}`]
    objective.push(`${missingPence} m${at}`)
    for (const [block, capacity] of need.capacity.entries()) {
      const most = mostOf(need, session, block)
      if (most === 0) continue
      const name = `x${at}_${block}`
      const price = need.tariffs[session.tariff]?.[block] ?? 0
      energy.push(name)
      objective.push(`${price < 0 ? '-' : '+'} ${Math.abs(price)} ${name}`)
      bounds.push(`0 <= ${name} <= ${most}`)
      limit(`g${block}`, capacity.watts, name)
      for (const [phase, share] of shares[session.phase].entries())
        if (capacity.phaseWatts !== undefined && share > 0)
          limit(`p${phase}_${block}`, capacity.phaseWatts[phase] ?? 0, `${share} ${name}`)
      const fuse = session.fuse === undefined ? undefined : need.fuses.get(session.fuse)
      if (fuse !== undefined) limit(`f${session.fuse}_${block}`, fuse[block] ?? 0, name)
    }
    rows.push(`${energy.join('\n + ')} = ${Math.max(0, session.energyWattHours) / 1000}`)
  }
  for (const { terms, most } of byLimit.values()) rows.push(`${terms.join('\n + ')} <= ${most}`)
  const program = [
    'Minimize',
    `obj: ${objective.map((term) => (/^[+-]/.test(term) ? term : `+ ${term}`)).join('\n ')}`,
    'Subject To',
    ...rows.map((row, at) => `c${at}: ${row}`),
    'Bounds',
    ...bounds,
    'End',
  ].join('\n')
  const highs = await load()
  const solution = highs.solve(program, { output_flag: false })
  if (solution.Status !== 'Optimal') throw new Error(`the program is ${solution.Status}`)
  const missing = Object.entries(solution.Columns)
    .filter(([name]) => name.startsWith('m'))
    .reduce((sum, [, column]) => sum + ('Primal' in column ? column.Primal : 0), 0)
  const needed = need.sessions.reduce((sum, { energyWattHours }) => sum + energyWattHours, 0)
  return {
    wattHours: needed - missing * 1000,
    costPence: solution.ObjectiveValue - missing * missingPence,
  }
}

/** Limits that a plan breaks, as sentences, each checked on its own and not by the planner's means. */
export function violations(need: GroupNeed, plan: GroupPlan): string[] {
  const found: string[] = []
  const hours = groupBlockMillis / 3_600_000
  for (const [block, { watts, phaseWatts }] of need.capacity.entries()) {
    const phases = [0, 0, 0]
    const fuses = new Map<string, number>()
    for (const [at, session] of need.sessions.entries()) {
      const energy = plan.sessions[at]?.wattHours[block] ?? 0
      const most = mostOf(need, session, block) * 1000
      if (energy < 0 || energy > most) found.push(`${session.id} has ${energy} of ${most} Wh`)
      for (const [phase, share] of shares[session.phase].entries())
        phases[phase] = (phases[phase] ?? 0) + (energy * share) / hours
      const { fuse } = session
      if (fuse !== undefined) fuses.set(fuse, (fuses.get(fuse) ?? 0) + energy / hours)
    }
    const rounding = 1e-6
    const total = phases.reduce((sum, each) => sum + each, 0)
    if (total > watts + rounding) found.push(`block ${block}: ${total} of ${watts} W`)
    for (const [phase, each] of phases.entries())
      if (each > (phaseWatts?.[phase] ?? Infinity) + rounding) found.push(`block ${block}: a phase`)
    for (const [fuse, each] of fuses)
      if (each > (need.fuses.get(fuse)?.[block] ?? 0) + rounding)
        found.push(`block ${block}: ${fuse}`)
  }
  for (const [at, { energyWattHours, id }] of need.sessions.entries()) {
    const { plannedWattHours = 0, shortfall } = plan.sessions[at] ?? {}
    const told = plannedWattHours + (shortfall?.wattHours ?? 0)
    if (told !== Math.max(0, Math.ceil(energyWattHours))) found.push(`${id}: ${told} Wh told of`)
  }
  return found
}
