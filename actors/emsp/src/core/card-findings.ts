import { blockWords, isBlocking, type Block, type Finding } from '@interlock/driver'
import { toIso } from '@interlock/kernel'
import { ocpiTime } from '@interlock/ocpi'
import type { ContractConfig } from '../config.ts'

/** What is put on record of a finding, for people. */
export function sentenceOn({ uid, kind, station }: Finding, block: Block | undefined): string {
  if (kind === 'OperatorsDiffer')
    return `Two operators say that card ${uid} is with them, one of them at ${station} (${kind}); it charges.`
  if (block === undefined)
    return `Card ${uid} was misused at ${station} (${kind}); the register has turned it away there.`
  const words = blockWords(block.kind)
  return `Card ${uid} is blocked until its contract is changed: ${words} (${kind}, last at ${station}).`
}

/** The contract as it stands: whoever changed it after the block has dealt with it. */
export function underBlock(contract: ContractConfig, block: Block | undefined): ContractConfig {
  if (block === undefined || contract.type !== 'RFID' || isDealtWith(contract, block))
    return contract
  const lastUpdated = toIso(block.at)
  // One that was written down for what blocks nobody any more: operators have heard of it as of then.
  return isBlocking(block.kind)
    ? { ...contract, status: 'blocked', lastUpdated }
    : { ...contract, lastUpdated }
}

function isDealtWith({ lastUpdated }: ContractConfig, { at }: Block): boolean {
  const changed = ocpiTime(lastUpdated)
  return changed !== undefined && changed > at
}
