import {
  isProfileReadable,
  profileBytes,
  protect,
  type Answer,
  type CommandOf,
} from '@interlock/gbcs'
import { toBase64, type Eui64, type PublicKey } from '@interlock/kernel'
import { readersMax } from './core/memory.ts'
import type { Llcs } from './llcs.ts'

/**
 * Answers with the half-hours that the settlement meter has counted whole, encrypted for those in this device's own
 * trust-anchor cells: who brings the message, and whoever else may have asked in another's name, reads nothing.
 */
export function readSettlement(llcs: Llcs, command: CommandOf<'ECS22b'>): Answer {
  const { originator: reader, counter, from, until } = command
  const { settled, identity, deps, eui: device } = llcs
  const peer = readerKey(llcs, reader)
  if (settled === undefined) return { result: 'objectUndefined' }
  if (peer === undefined) return { result: 'scopeOfAccessViolated' }
  if (!isProfileReadable(command) || !useCounter(llcs, peer, counter))
    return { result: 'otherReason' }
  const entries = settled
    .halfHours(from, until)
    .map((each) => ({ until: each.until, wattHours: each.importWattHours }))
  const keys = { own: identity.key, peer }
  const data = protect(profileBytes(entries), { device, reader, counter }, keys, deps.crypto)
  return { result: 'success', data }
}

const readerKey = ({ anchors, payer }: Llcs, reader: Eui64): PublicKey | undefined =>
  [payer?.supplier, anchors.dsrsp].find((each) => each?.organisation === reader)?.publicKey

/**
 * What encrypts is of both keys and the counter: one that was answered is never answered again, with whatever else. A
 * read is not signed, so that whoever makes its MAC can use counters up: they are a series of this key alone, and
 * another certificate of the reader begins anew.
 */
function useCounter({ keeper, deps }: Llcs, peer: PublicKey, counter: bigint): boolean {
  const key = toBase64(deps.crypto.sha256(peer.spki))
  const reads = keeper.memory.reads ?? []
  const last = reads.find((each) => each.key === key)
  if (last !== undefined && counter <= BigInt(last.counter)) return false
  const others = reads.filter((each) => each !== last).slice(1 - readersMax)
  keeper.commit({ reads: [...others, { key, counter: counter.toString() }] })
  return true
}
