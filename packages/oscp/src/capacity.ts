import type { Instant } from '@interlock/kernel'
import { oscpLimits } from './limits.ts'
import type { CapacityForecast, ForecastType } from './messages/capacity-forecast.ts'
import type { ForecastedBlock } from './messages/forecasted-blocks.ts'
import type { Phase } from './messages/fields.ts'

/** The newest forecast of each type for one group. */
export type HeldForecasts = Readonly<Partial<Record<ForecastType, CapacityForecast>>>

/**
 * A newer forecast replaces the blocks that it speaks of, phase by phase; others stay. What is over is
 * let go, and of what is left no more is held than one message can say, the nearest first.
 */
export function holdForecast(
  held: HeldForecasts,
  offered: CapacityForecast,
  now: Instant,
): HeldForecasts {
  const before = held[offered.type]?.blocks ?? []
  const stays = before.filter((old) => !offered.blocks.some((block) => overlaps(old, block)))
  const blocks = [...stays, ...offered.blocks]
    .filter((block) => block.until > now)
    .sort((a, b) => a.from - b.from)
    .slice(0, oscpLimits.blocksMax)
  return { ...held, [offered.type]: { ...offered, blocks } }
}

const overlaps = (a: ForecastedBlock, b: ForecastedBlock): boolean =>
  a.phase === b.phase && a.from < b.until && b.from < a.until

/** Active power that may be drawn. Phases are limited where the forecast speaks of phases. */
export type Capacity = {
  readonly watts: number
  readonly phaseWatts?: readonly [number, number, number]
  /** `contract` where the operator has said nothing of this time. */
  readonly source: 'forecast' | 'fallback' | 'contract'
}

/** What counts at one time. */
export type Asked = {
  readonly at: Instant
  readonly direction: 'CONSUMPTION' | 'GENERATION'
  /** The operator is silent. */
  readonly silent: boolean
  /** What may be drawn where no forecast says more. */
  readonly contractedWatts: number
  /** Phase to neutral. */
  readonly volts: number
}

/**
 * The capacity at one time: the forecast; past silence the fallback forecast; and where neither speaks
 * of this time, what the contract allows. A forecast that has run out is not silence, but nobody
 * vouches for more than the fallback then either.
 */
export function capacityAt(held: HeldForecasts, asked: Asked): Capacity {
  const said = asked.silent ? undefined : within(held[asked.direction], asked)
  if (said !== undefined) return { ...said, source: 'forecast' }
  const fallback = within(held[`FALLBACK_${asked.direction}`], asked)
  if (fallback !== undefined) return { ...fallback, source: 'fallback' }
  return { watts: asked.contractedWatts, source: 'contract' }
}

type Limit = Omit<Capacity, 'source'>
const onePhase: readonly Phase[] = ['ONE', 'TWO', 'THREE']

function within(forecast: CapacityForecast | undefined, { at, volts }: Asked): Limit | undefined {
  const now = forecast?.blocks.filter((block) => block.from <= at && at < block.until) ?? []
  if (now.length === 0) return undefined
  const byPhase = new Map(now.map((block) => [block.phase, wattsOf(block, volts)]))
  // Of a phase that is not named nobody said more than of all of them.
  const totals = [byPhase.get('ALL'), byPhase.get('UNKNOWN')].filter((each) => each !== undefined)
  const phases = onePhase.map((phase) => byPhase.get(phase))
  if (phases.every((each) => each === undefined)) return { watts: Math.min(...totals) }
  const [one, two, three] = phases.map((each) => each ?? (totals.length === 0 ? 0 : Infinity))
  const phaseWatts = [one ?? 0, two ?? 0, three ?? 0] as const
  return { watts: Math.min(...totals, phaseWatts[0] + phaseWatts[1] + phaseWatts[2]), phaseWatts }
}

/** Mean active power of a block. Current counts at unity power factor, on each phase it is of. */
export function wattsOf(
  { capacity, unit, phase, from, until }: ForecastedBlock,
  volts: number,
): number {
  const hours = (until - from) / 3_600_000
  switch (unit) {
    case 'W':
      return capacity
    case 'KW':
      return capacity * 1000
    case 'WH':
      return capacity / hours
    case 'KWH':
      return (capacity * 1000) / hours
    case 'A':
      return capacity * volts * (phase === 'ALL' ? 3 : 1)
  }
}
