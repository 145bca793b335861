import { ok, refused, toIso, type Instant } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { oscpLimits } from '../limits.ts'
import { each, Phase, Time, timeOf, type Body } from './fields.ts'

export const blockUnits = ['A', 'W', 'KW', 'WH', 'KWH'] as const
export type BlockUnit = (typeof blockUnits)[number]

const ForecastedBlock = Type.Object({
  capacity: Type.Number({ minimum: 0, maximum: oscpLimits.capacityMax }),
  phase: Phase,
  unit: Type.Enum([...blockUnits]),
  start_time: Time,
  end_time: Time,
})
type ForecastedBlockOnWire = Static<typeof ForecastedBlock>
export const ForecastedBlocks = Type.Array(ForecastedBlock, {
  minItems: 1,
  maxItems: oscpLimits.blocksMax,
})

/** A capacity from `from` until `until`, on one phase or on all of them. */
export type ForecastedBlock = {
  readonly capacity: number
  readonly phase: Phase
  readonly unit: BlockUnit
  readonly from: Instant
  readonly until: Instant
}

/** In order of time; of one phase no two overlap, since nobody could say which of them counts. */
export function readBlocks(wire: readonly ForecastedBlockOnWire[]): Body<ForecastedBlock[]> {
  const read = each(wire, blockOf)
  if (!read.ok) return read
  const blocks = read.value.sort((a, b) => a.from - b.from)
  const ends = new Map<Phase, Instant>()
  for (const { phase, from, until } of blocks) {
    if (from < (ends.get(phase) ?? from))
      return refused('TimesInvalid', `blocks of phase ${phase} overlap at ${toIso(from)}`)
    ends.set(phase, until)
  }
  return ok(blocks)
}

function blockOf(wire: ForecastedBlockOnWire, at: number): Body<ForecastedBlock> {
  const from = timeOf(wire.start_time, `forecasted_blocks[${at}].start_time`)
  if (!from.ok) return from
  const until = timeOf(wire.end_time, `forecasted_blocks[${at}].end_time`)
  if (!until.ok) return until
  if (until.value <= from.value)
    return refused('TimesInvalid', `forecasted_blocks[${at}] ends before it begins`)
  const { capacity, phase, unit } = wire
  return ok({ capacity, phase, unit, from: from.value, until: until.value })
}

export const writeBlocks = (blocks: readonly ForecastedBlock[]): ForecastedBlockOnWire[] =>
  blocks.map(({ capacity, phase, unit, from, until }) => ({
    capacity,
    phase,
    unit,
    start_time: toIso(from),
    end_time: toIso(until),
  }))
