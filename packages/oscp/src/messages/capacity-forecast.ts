import { ok } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Name, type Body } from './fields.ts'
import {
  ForecastedBlocks,
  readBlocks,
  writeBlocks,
  type ForecastedBlock,
} from './forecasted-blocks.ts'

export const forecastTypes = [
  'CONSUMPTION',
  'GENERATION',
  'FALLBACK_CONSUMPTION',
  'FALLBACK_GENERATION',
  'OPTIMUM',
] as const
export type ForecastType = (typeof forecastTypes)[number]

/** Body of `update_group_capacity_forecast` and of `adjust_group_capacity_forecast`. */
export const CapacityForecastOnWire = Type.Object({
  group_id: Name,
  type: Type.Enum([...forecastTypes]),
  forecasted_blocks: ForecastedBlocks,
})
type OnWire = Static<typeof CapacityForecastOnWire>

/** What one group of connections may use, or asks to use. */
export type CapacityForecast = {
  readonly group: string
  readonly type: ForecastType
  readonly blocks: readonly ForecastedBlock[]
}

export function readCapacityForecast(wire: OnWire): Body<CapacityForecast> {
  const blocks = readBlocks(wire.forecasted_blocks)
  return blocks.ok ? ok({ group: wire.group_id, type: wire.type, blocks: blocks.value }) : blocks
}

export const writeCapacityForecast = ({ group, type, blocks }: CapacityForecast): OnWire => ({
  group_id: group,
  type,
  forecasted_blocks: writeBlocks(blocks),
})
