import { concat, euiBytes, toBase64Url, u64, type Crypto, type Eui64 } from '@interlock/kernel'
import type { History } from './differencing.ts'
import type { ClosingUse } from './mask-words.ts'
import type { GroupRules, Roster } from './roster.ts'

/** Of which stations the aggregator has readings of the round, and which sets it told before. */
export type Closing = {
  readonly round: number
  readonly present: readonly Eui64[]
  readonly earlier: History
}

/** Which words go with what a station was told; its round is in the words themselves. */
export type ClosingUseOf = (closing: Closing) => ClosingUse

/**
 * By SHA-256 of all that a closing says, and of the members whose bits its sets are: the words of
 * stations that were told different sets, or hold different rosters, do not cancel.
 */
export function closingUses({ members }: Roster, { sha256 }: Pick<Crypto, 'sha256'>): ClosingUseOf {
  const whom = sha256(concat(...members.map(euiBytes)))
  // Both quantities answer the same closing.
  let last: { readonly closing: Closing; readonly use: ClosingUse } | undefined
  return (closing) => {
    if (last?.closing === closing) return last.use
    // Each part is as long as any other of its kind, so no two closings are the same bytes.
    const told = [whom, bitsOf(closing.present, members)]
    for (const each of closing.earlier)
      told.push(u64(BigInt(each.window)), bitsOf(each.members, members))
    const use: ClosingUse = `closing/${toBase64Url(sha256(concat(...told)))}`
    last = { closing, use }
    return use
  }
}

/**
 * With whom a station has words of a closing: so many before it and behind it in the set, as in a ring,
 * that its honest stations hang together whoever conspires. It takes twice as many to part them.
 */
export function closingPeers(
  station: Eui64,
  present: readonly Eui64[],
  { coalitionMax }: Pick<GroupRules, 'coalitionMax'>,
): readonly Eui64[] {
  const reach = coalitionMax + 1
  if (present.length <= 2 * reach + 1) return present.filter((each) => each !== station)
  const at = present.indexOf(station)
  const ring = [...present.slice(-reach), ...present, ...present.slice(0, reach)]
  return ring.slice(at, at + 2 * reach + 1).filter((each) => each !== station)
}

/** A bit for each member, in the roster's order. */
export function bitsOf(set: readonly Eui64[], members: readonly Eui64[]): Uint8Array {
  const here = new Set(set)
  const bits = new Uint8Array(Math.ceil(members.length / 8))
  for (const [at, member] of members.entries())
    if (here.has(member)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (0x80 >> (at & 7))
  return bits
}
