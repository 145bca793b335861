import { instant } from '@interlock/kernel'
import { groupBlockMillis, type GroupNeed, type GroupSession } from '@interlock/power'
import { seeded } from './synthetic-feeder.ts'

/** How a group is made up. */
export type Recipe = {
  readonly sessions: number
  /** The allotment of a day for each unit of energy that is needed; below 1 not all can have theirs. */
  readonly plenty: number
  readonly tariffs: number
  readonly seed: number
  /** The part of the sessions that charge on one phase, where phases are limited. */
  readonly onePhase?: number
  /** Sessions for each fuse, where fuses are shared. */
  readonly perFuse?: number
}

const blocks = 96
const powers = [3_680, 7_360, 11_000]
const phaseNames = ['ONE', 'TWO', 'THREE'] as const

/** Vehicles that come home between noon and ten and stay the night, with prices by the half-hour. */
export function madeUpGroup(recipe: Recipe): GroupNeed {
  const random = seeded(recipe.seed)
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item
  const sessions = Array.from({ length: recipe.sessions }, (_, at): GroupSession => {
    const arrival = Math.floor(random() * 40 * 900) * 1000
    const stays = Math.floor((4 + random() * 12) * 3_600) * 1000
    const single = recipe.onePhase !== undefined && random() < recipe.onePhase
    return {
      id: `session-${at}`,
      arrival: instant(arrival),
      departure: instant(Math.min(arrival + stays, blocks * groupBlockMillis)),
      energyWattHours: Math.floor(3_000 + random() * 15_000),
      maxWatts: single ? 7_360 : pick(powers),
      phase: single ? pick(phaseNames) : 'ALL',
      tariff: Math.floor(random() * recipe.tariffs),
      ...(recipe.perFuse !== undefined && { fuse: `fuse-${Math.floor(at / recipe.perFuse)}` }),
    }
  })
  const needed = sessions.reduce((sum, { energyWattHours }) => sum + energyWattHours, 0)
  const capacity = Array.from({ length: blocks }, () => {
    const watts = (needed / 24) * recipe.plenty * (0.6 + 0.8 * random())
    const third = watts / 3
    return recipe.onePhase === undefined
      ? { watts }
      : { watts, phaseWatts: [third * 0.9, third, third * 0.8] as const }
  })
  const fuses = new Map(
    sessions.flatMap(({ fuse }) =>
      fuse === undefined
        ? []
        : [[fuse, Array.from({ length: blocks }, () => 11_000 + 3_000 * random())]],
    ),
  )
  const tariffs = Array.from({ length: recipe.tariffs }, () => {
    const halfHours = Array.from(
      { length: blocks / 2 },
      () => Math.floor(1_000 + 2_500 * random()) / 100,
    )
    return halfHours.flatMap((price) => [price, price])
  })
  return { from: instant(0), capacity, tariffs, sessions, fuses }
}
