import { planGroup } from '@interlock/power'
import { madeUpGroup, type Recipe } from './made-up-group.ts'
import { optimumOf, violations } from './optimum.fixture.ts'

/** A plan beside the optimum of a linear program, where one is asked for. */
export type PlanFigure = {
  readonly recipe: Recipe
  /** Processor time of the plan alone. */
  readonly cpuSeconds: number
  readonly plannedShare: number
  readonly violations: number
  /** Of the energy that the linear program finds possible. */
  readonly possibleShare?: number
  /** Above 1 the plan costs more. */
  readonly costRatio?: number
}

export async function planFigure(recipe: Recipe, withOptimum: boolean): Promise<PlanFigure> {
  const need = madeUpGroup(recipe)
  const before = process.cpuUsage()
  const plan = planGroup(need)
  const { user, system } = process.cpuUsage(before)
  const needed = need.sessions.reduce((sum, { energyWattHours }) => sum + energyWattHours, 0)
  const planned = plan.sessions.reduce((sum, session) => sum + session.plannedWattHours, 0)
  const figure = {
    recipe,
    cpuSeconds: (user + system) / 1e6,
    plannedShare: planned / needed,
    violations: violations(need, plan).length,
  }
  if (!withOptimum) return figure
  const optimum = await optimumOf(need)
  return {
    ...figure,
    possibleShare: planned / optimum.wattHours,
    costRatio: plan.costPence / optimum.costPence,
  }
}

/** Small enough for a linear program; the last ones limit phases, and leave too little for all. */
export const besideOptimum: readonly Recipe[] = [
  { sessions: 20, plenty: 2, tariffs: 1, seed: 1 },
  { sessions: 60, plenty: 1.5, tariffs: 3, seed: 3 },
  { sessions: 60, plenty: 1.2, tariffs: 3, seed: 4 },
  { sessions: 150, plenty: 1.5, tariffs: 2, seed: 6 },
  { sessions: 60, plenty: 1.5, tariffs: 2, seed: 8, perFuse: 2 },
  { sessions: 60, plenty: 3, tariffs: 2, seed: 7, onePhase: 0.5 },
  { sessions: 60, plenty: 2, tariffs: 2, seed: 7, onePhase: 0.5 },
  { sessions: 60, plenty: 1.6, tariffs: 1, seed: 10, onePhase: 0.3 },
  { sessions: 60, plenty: 1.2, tariffs: 1, seed: 10, onePhase: 0.3 },
]
export const large: readonly Recipe[] = [
  { sessions: 10_000, plenty: 1.5, tariffs: 3, seed: 1 },
  { sessions: 10_000, plenty: 1.1, tariffs: 1, seed: 1 },
  { sessions: 10_000, plenty: 0.7, tariffs: 1, seed: 1 },
  { sessions: 10_000, plenty: 0.4, tariffs: 3, seed: 1 },
  { sessions: 10_000, plenty: 2, tariffs: 2, seed: 7, onePhase: 0.5 },
]
