import { inHours, instant, toIso, type Instant } from '@interlock/kernel'
import { ocpiTime } from '@interlock/ocpi'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { ContractConfig } from '../config.ts'

/** What the central register of driver tokens has seen of a card of ours. */
export const Finding = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  kind: Type.String({ minLength: 1, maxLength: 32 }),
  at: Type.Integer({ minimum: 0 }),
  uid: Type.String({ minLength: 1, maxLength: 36 }),
  station: Type.String({ maxLength: 48 }),
  operator: Type.String({ maxLength: 48 }),
})
export type Finding = Static<typeof Finding>
export const Findings = Compile(Type.Object({ findings: Type.Array(Finding, { maxItems: 1_000 }) }))

/**
 * For how long a card is blocked by what was found. That two cards answer with one key is proved by the key itself; that one
 * was at two places rests on an operator's word, which blocks for a day and no longer. All else the register has turned away
 * already, and to block for it would let whoever reads a number take its driver's card away.
 */
const blocks: Readonly<Record<string, { readonly millis: number; readonly words: string }>> = {
  ClonedCard: { millis: Infinity, words: 'two cards answer with its key' },
  ImpossibleTravel: {
    millis: inHours(24),
    words: 'it was at two places sooner than anybody travels between them',
  },
}

/** Why a card is blocked, and until when; JSON values only. */
export type Block = {
  readonly uid: string
  readonly kind: string
  readonly at: Instant
  /** `null`: until the contract is changed. */
  readonly until: Instant | null
}

export function blockBy({ uid, kind }: Finding, now: Instant): Block | undefined {
  const row = blocks[kind]
  if (row === undefined) return undefined
  const until = row.millis === Infinity ? null : instant(now + row.millis)
  return { uid: uid.toUpperCase(), kind, at: now, until }
}

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
  if (block === undefined)
    return `Card ${uid} was misused at ${station} (${kind}); the register has turned it away there.`
  const words = blocks[block.kind]?.words ?? block.kind
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
