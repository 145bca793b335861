import { ok } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Text, type Body } from './fields.ts'
import {
  ForecastedBlocks,
  readBlocks,
  writeBlocks,
  type ForecastedBlock,
} from './forecasted-blocks.ts'

/** Body of `group_capacity_compliance_error`. */
export const ComplianceErrorOnWire = Type.Object({
  message: Text,
  forecasted_blocks: Type.Optional(ForecastedBlocks),
})
type OnWire = Static<typeof ComplianceErrorOnWire>

/** What cannot be kept, said before it is broken. */
export type ComplianceError = {
  readonly message: string
  /** The blocks of the forecast that cannot be kept; none where it is all of it. */
  readonly blocks: readonly ForecastedBlock[]
}

export function readComplianceError(wire: OnWire): Body<ComplianceError> {
  const blocks = readBlocks(wire.forecasted_blocks ?? [])
  return blocks.ok ? ok({ message: wire.message, blocks: blocks.value }) : blocks
}

export const writeComplianceError = ({ message, blocks }: ComplianceError): OnWire =>
  blocks.length === 0 ? { message } : { message, forecasted_blocks: writeBlocks(blocks) }
