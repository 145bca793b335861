import { decodeSigned, replacementModes } from '@interlock/gbcs'
import { fromBase64, ok, refused, type Outcome } from '@interlock/kernel'
import { fromPem, toPem, verifyChain, type Hierarchy, type Peer } from '@interlock/pki'
import { judgeReplacement, verifyProvider } from '@interlock/seal'
import { ageOf, settled, type ProviderChange, type ProviderHalf } from './core/provider-change.ts'
import { cellsOf } from './gate-state.ts'
import type { Station } from './station.ts'

type Word = { readonly counter: bigint; readonly peer: Peer; readonly floor?: bigint }

/**
 * Another load controller, which the LLCS passed on as the home's supplier signed it. It is verified again here, and
 * counts only together with what the supervisor has signed ({@link takeProvider}).
 * @returns why it was not taken; undefined for the newest, also when that is known already
 */
export function takeController(station: Station, text: string): string | undefined {
  const read = controllerIn(station, text)
  if (!read.ok) return refuse(station, 'the LLCS', read.reason)
  return take(station, 'controller', read.value)
}

/** The supervisor's word on who is bound, whoever carried it (DataTransfer `Provider`); the other half. */
export function takeProvider(station: Station, data: unknown): string | undefined {
  const read = providerIn(station, data)
  if (!read.ok) return refuse(station, 'the CSMS', read.reason)
  return take(station, 'provider', read.value)
}

function controllerIn(station: Station, text: string): Outcome<Word, string> {
  const { payer, llcs, deps } = station
  const bytes = fromBase64(text)
  const read = bytes === undefined ? undefined : decodeSigned(bytes)
  if (read?.ok !== true || read.value.command.useCase !== 'CS02g') return refused('Malformed')
  const { command, covered, signature } = read.value
  const { supplier } = payer ?? {}
  if (supplier === undefined || supplier.organisation !== command.originator)
    return refused('SignerUnknown')
  if (!deps.crypto.verify(supplier.publicKey, covered, signature))
    return refused('SignatureInvalid')
  if (command.target !== llcs) return refused('TargetMismatch')
  const replacement = command.replacements.find(
    ({ cell }) => cell.keyUsage === 'digitalSignature' && cell.topUp === undefined,
  )
  if (replacement === undefined) return refused('Malformed')
  const demands = demandsOf(station, 'smartMeter')
  if (!demands.ok) return demands
  const mode = replacementModes.loadControllerBySupplier
  const judged = judgeReplacement(replacement, command, mode, demands.value)
  return judged.ok ? ok({ counter: command.counter, peer: judged.value }) : judged
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

/** What is not known to be in force does not count, as for any critical command. */
function demandsOf(station: Station, hierarchy: Hierarchy) {
  const { deps, keeper, roots } = station
  if (!station.standing().revocationsFresh[hierarchy]) return refused('RevocationStale')
  const list = keeper.memory.revocationLists?.[hierarchy]
  return ok({
    roots: roots[hierarchy].flatMap((pem) => fromPem(pem, 'CERTIFICATE')),
    at: deps.wall.now(),
    crypto: deps.crypto,
    revoked: (serialHex: string) => list?.serials.includes(serialHex) ?? false,
  })
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
