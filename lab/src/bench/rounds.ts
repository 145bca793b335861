import { percentile } from '../street/measure.ts'

/** One figure of both sides, taken one after the other on the same machine. */
export type Round<Figure = number> = { readonly ours: Figure; readonly bare: Figure }

/**
 * Takes both sides by turns, so that whatever else the machine does falls on both; who goes first
 * changes with every round. A first round of each warms up and is dropped.
 */
export async function interleaved<Figure, Bare extends Figure>(
  rounds: number,
  ours: () => Promise<Figure> | Figure,
  bare: () => Promise<Bare> | Bare,
  stop?: AbortSignal,
): Promise<readonly { readonly ours: Figure; readonly bare: Bare }[]> {
  const taken: { ours: Figure; bare: Bare }[] = []
  for (let round = 0; round <= rounds; round++) {
    stop?.throwIfAborted()
    if (round % 2 === 0) {
      const first = await ours()
      taken.push({ ours: first, bare: await bare() })
    } else {
      const first = await bare()
      taken.push({ ours: await ours(), bare: first })
    }
  }
  return taken.slice(1)
}

export const median = (values: readonly number[]): number => {
  const upper = percentile(values, 0.5)
  if (values.length % 2 === 1) return upper
  return (upper + percentile(values, 0.5 + 1 / Math.max(1, values.length))) / 2
}

/** What a set of rounds says: the medians of both sides, and of their ratios round by round. */
export type Comparison = {
  readonly ours: number
  readonly bare: number
  readonly ratio: number
  /** The lowest and the highest ratio of a round. */
  readonly range: readonly [number, number]
  readonly rounds: number
}

/** `ours` over `bare`; rounds in which `bare` is not positive say nothing and are an error. */
export function compare(rounds: readonly Round[]): Comparison {
  if (rounds.length === 0 || rounds.some(({ bare }) => !(bare > 0)))
    throw new RangeError('a comparison needs rounds, each with a positive figure of the bare side')
  const ratios = rounds.map(({ ours, bare }) => ours / bare)
  return {
    ours: median(rounds.map(({ ours }) => ours)),
    bare: median(rounds.map(({ bare }) => bare)),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    rounds: rounds.length,
  }
}

/** Both sides' samples at one percentile; single figures, so the range is the ratio itself. */
export function compareAt(share: number, rounds: readonly Round[]): Comparison {
  const ours = percentile(
    rounds.map((round) => round.ours),
    share,
  )
  const bare = percentile(
    rounds.map((round) => round.bare),
    share,
  )
  return { ...compare([{ ours, bare }]), rounds: rounds.length }
}

/** Microseconds of processor time per call of `work`, over at least `millis` of it. */
export function microsPerCall(work: () => void, millis: number): number {
  const before = process.cpuUsage()
  let calls = 0
  for (;;) {
    for (let i = 0; i < 20; i++) work()
    calls += 20
    const { user, system } = process.cpuUsage(before)
    if (user + system >= millis * 1000) return (user + system) / calls
  }
}
