import { planGroup } from '@interlock/power'
import { expect, test } from 'vitest'
import { madeUpGroup, type Recipe } from './made-up-group.ts'
import { optimumOf, violations } from './optimum.fixture.ts'

const recipes: readonly Recipe[] = [
  { sessions: 12, plenty: 1.8, tariffs: 1, seed: 11 },
  { sessions: 40, plenty: 1.2, tariffs: 3, seed: 3 },
  { sessions: 30, plenty: 0.7, tariffs: 1, seed: 5 },
  { sessions: 30, plenty: 2, tariffs: 2, seed: 8, perFuse: 2 },
  { sessions: 20, plenty: 2, tariffs: 2, seed: 7, onePhase: 0.5 },
  { sessions: 24, plenty: 1.2, tariffs: 1, seed: 10, onePhase: 0.3 },
]

test.each(recipes)(
  '$sessions sessions, $plenty of what they need: all the energy that is possible, within 1 % of the optimum',
  async (recipe) => {
    const need = madeUpGroup(recipe)
    const plan = planGroup(need)
    const optimum = await optimumOf(need)
    const planned = plan.sessions.reduce((sum, session) => sum + session.plannedWattHours, 0)
    expect(violations(need, plan)).toEqual([])
    expect(planned).toBeGreaterThan(0.999 * optimum.wattHours)
    expect(plan.costPence).toBeLessThanOrEqual(1.01 * optimum.costPence)
  },
)

test('no limit is ever broken, and all energy is planned or told of, whatever is made up', () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const need = madeUpGroup({
      sessions: 4 + seed,
      plenty: [0.4, 0.9, 1.5][seed % 3] ?? 1,
      tariffs: 1 + (seed % 2),
      seed,
      ...(seed % 2 === 0 && { onePhase: 0.5 }),
      ...(seed % 4 < 2 && { perFuse: 2 }),
    })
    expect(violations(need, planGroup(need)), `seed ${seed}`).toEqual([])
  }
})

test('what breaks a limit is seen', () => {
  const need = madeUpGroup({ sessions: 6, plenty: 1, tariffs: 1, seed: 1, onePhase: 1, perFuse: 2 })
  const plan = planGroup(need)
  const tenfold = plan.sessions.map((session) => ({
    ...session,
    wattHours: session.wattHours.map((each) => each * 10),
  }))
  const words = violations(need, { ...plan, sessions: tenfold }).join('\n')
  for (const limit of [/of [\d.]+ Wh/, /of [\d.]+ W\b/, /a phase/, /fuse-/])
    expect(words).toMatch(limit)
  const silent = plan.sessions.map((session) => ({ ...session, plannedWattHours: 0 }))
  expect(violations(need, { ...plan, sessions: silent }).join()).toMatch(/told of/)
})
