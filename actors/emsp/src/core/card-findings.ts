import { blockWords, type Block, type Finding } from '@interlock/driver'
import { toIso, type Instant } from '@interlock/kernel'
import { ocpiTime } from '@interlock/ocpi'
import type { ContractConfig } from '../config.ts'

/** Of two blocks that count, the longer: what rests on an operator's word ends nothing that a key has proved. */
export function longerBlock(
  contract: ContractConfig | undefined,
  held: Block | undefined,
  next: Block,
): Block {
  if (held === undefined || held.until !== null || next.until === null) return next
  return contract !== undefined && isDealtWith(contract, held) ? next : held
}

/** What is put on record of a finding, for people. */
export function sentenceOn({ uid, kind, station }: Finding, block: Block | undefined): string {
  if (kind === 'OperatorsDiffer')
    return `Two operators say that card ${uid} is with them, one of them at ${station} (${kind}); it charges.`
  if (block === undefined)
    return `Card ${uid} was misused at ${station} (${kind}); the register has turned it away there.`
  const words = blockWords(block.kind)
  const end = block.until === null ? 'until its contract is changed' : `until ${toIso(block.until)}`
  return `Card ${uid} is blocked ${end}: ${words} (${kind}, last at ${station}).`
}

/** The contract as it stands: whoever changed it after the block has dealt with it. */
export function underBlock(
  contract: ContractConfig,
  block: Block | undefined,
  now: Instant,
): ContractConfig {
  if (block === undefined || contract.type !== 'RFID' || isDealtWith(contract, block))
    return contract
  const isOver = block.until !== null && block.until <= now
  const lastUpdated = toIso(isOver && block.until !== null ? block.until : block.at)
  return isOver ? { ...contract, lastUpdated } : { ...contract, status: 'blocked', lastUpdated }
}

function isDealtWith({ lastUpdated }: ContractConfig, { at }: Block): boolean {
  const changed = ocpiTime(lastUpdated)
  return changed !== undefined && changed > at
}
