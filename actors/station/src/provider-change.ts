import { ok, refused, type Outcome } from '@interlock/kernel'
import { toPem, verifyChain } from '@interlock/pki'
import { verifyProvider } from '@interlock/seal'
import { ageOf, settled, type ProviderChange, type ProviderHalf } from './core/provider-change.ts'
import { cellsOf } from './gate-state.ts'
import type { Station } from './station.ts'
import { demandsOf, namedBySupplier, type Named } from './supplier-word.ts'

type Word = Named & { readonly floor?: bigint }

/**
 * Another load controller, which the LLCS passed on as the home's supplier signed it. It is verified again here, and
 * counts only together with what the supervisor has signed ({@link takeProvider}).
 * @returns why it was not taken; undefined for the newest, also when that is known already
 */
export function takeController(station: Station, text: string): string | undefined {
  const read = namedBySupplier(station, text, 'CS02g')
  if (!read.ok) return refuse(station, 'the LLCS', read.reason)
  return take(station, 'controller', read.value)
}

/** The supervisor's word on who is bound, whoever carried it (DataTransfer `Provider`); the other half. */
export function takeProvider(station: Station, data: unknown): string | undefined {
  const read = providerIn(station, data)
  if (!read.ok) return refuse(station, 'the CSMS', read.reason)
  return take(station, 'provider', read.value)
}

function providerIn(station: Station, data: unknown): Outcome<Word, string> {
  const { deps, keeper, eui } = station
  const { supervisor = [] } = cellsOf(keeper.memory, deps.crypto)
  const signers = supervisor.filter(({ revoked }) => !revoked)
  const read = verifyProvider(data, signers, deps.crypto)
  if (!read.ok) return read
  const { station: about, counter, chain, floor } = read.value
  if (about !== eui) return refused('TargetMismatch')
  const demands = demandsOf(station, 'charging')
  if (!demands.ok) return demands
  const peer = verifyChain(chain, { ...demands.value, hierarchy: 'charging' })
  if (!peer.ok) return peer
  if (peer.value.role !== 'dsrsp') return refused('RoleForbidden')
  return ok({ counter: BigInt(counter), peer: peer.value, floor })
}

/** Durable before it is acknowledged; the cells change in one entry with the counters above which they count. */
function take(
  station: Station,
  side: keyof ProviderChange,
  { counter, peer, floor }: Word,
): string | undefined {
  const { keeper, records } = station
  const change = keeper.memory.providerChange ?? {}
  const age = ageOf(change[side], counter)
  if (age === 'known') return settle(station)
  if (age === 'older') return refuse(station, side, 'Replayed')
  const { organisation } = peer
  const half: ProviderHalf = {
    counter: `${counter}`,
    organisation,
    certificatePem: toPem(peer.der, 'CERTIFICATE'),
  }
  const heard = { ...half, ...(floor === undefined ? {} : { floor: `${floor}` }) }
  records.before('ProviderNamed', { side, organisation, serial: peer.serialHex })
  keeper.commit({ set: { providerChange: { ...change, [side]: heard } } })
  return settle(station)
}

/** Also at a repeated word: power may have gone between the second word and what comes of both. */
function settle({ keeper, records, deps, charging }: Station): undefined {
  const replaced = settled(keeper.memory, deps.crypto)
  if (replaced === undefined) return
  const { organisation, floor = '0' } = keeper.memory.providerChange?.provider ?? {}
  records.before('ProviderReplaced', { organisation, floor })
  charging.update(replaced)
}

function refuse({ records, reports }: Station, from: string, reason: string): string {
  records.note('ProviderRefused', { from, reason })
  if (reason !== 'RevocationStale') reports.security('InvalidMessages', `provider: ${reason}`)
  return reason
}
