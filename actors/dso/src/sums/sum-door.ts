import type { FeederSumsShown, SumProblemShown } from '@interlock/contract'
import { problem, type Endpoint } from '@interlock/host'
import { toIso } from '@interlock/kernel'
import { sumProblemWords } from '@interlock/privacy'
import type { FeederSums, SumProblem } from './feeder-sums.ts'
import type { SumStore } from './sum-store.ts'

export type SummedFeeder = {
  readonly group: string
  readonly sums: Pick<FeederSums, 'status'>
  readonly store: Pick<SumStore, 'powers' | 'energies'>
}

/** Where the operator's own people see what the chargers of a feeder draw and drew (PF15). */
export const sumDoor = (feeders: readonly SummedFeeder[]): Endpoint => ({
  method: 'GET',
  url: '/api/v1/feeders/:group/sums',
  roles: ['dso', 'web'],
  summary: 'Sums of a feeder’s chargers: their power of a day, and their half-hours of two months.',
  handle({ params }) {
    const { group = '' } = params
    const feeder = feeders.find((each) => each.group === group)
    if (feeder === undefined) return problem('NotFound', 'no such feeder, or it is not summed')
    const { sums, store } = feeder
    const { roster, round, problem: last, excluded, rounds, ...status } = sums.status()
    const body: FeederSumsShown = {
      group,
      status: {
        ...status,
        roster: roster ?? null,
        round: round ?? null,
        problem: shownOf(last),
        excluded: [...excluded],
      },
      rounds: rounds.map(({ at, stations, missing, problem: why }) => ({
        at: toIso(at),
        stations,
        missing: [...missing],
        problem: shownOf(why),
      })),
      powers: store.powers.map(({ at, ...each }) => ({ ...each, at: toIso(at) })),
      energies: store.energies.map(({ from, ...each }) => ({ ...each, from: toIso(from) })),
    }
    return { status: 200, body }
  },
})

const shownOf = (problem: SumProblem | undefined): SumProblemShown | null =>
  problem === undefined
    ? null
    : {
        reason: problem.reason,
        words: sumProblemWords[problem.reason],
        detail: problem.detail ?? null,
      }
