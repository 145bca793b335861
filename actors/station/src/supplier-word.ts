import { credentialsUpdates, decodeSigned, type CredentialsUseCase } from '@interlock/gbcs'
import { fromBase64, ok, refused, type Crypto, type Outcome } from '@interlock/kernel'
import { fromPem, peerOf, toPem, type Hierarchy, type Peer } from '@interlock/pki'
import { judgeReplacement, type CredentialsCommand, type Payer } from '@interlock/seal'
import type { RenewedSupplier } from './core/memory.ts'
import type { Station } from './station.ts'

/** Who is to be in a cell, by the supplier's word. */
export type Named = { readonly counter: bigint; readonly peer: Peer }

/** A command of the home's supplier about the cells of the LLCS, which passed it on; nothing is verified yet. */
export function commandIn(
  text: string,
  useCase: CredentialsUseCase,
): Outcome<{ command: CredentialsCommand; covered: Uint8Array; signature: Uint8Array }, string> {
  const bytes = fromBase64(text)
  const read = bytes === undefined ? undefined : decodeSigned(bytes)
  if (read?.ok !== true) return refused('Malformed')
  const { command, covered, signature } = read.value
  const fits = command.useCase === 'CS02b' || command.useCase === 'CS02g'
  return fits && command.useCase === useCase
    ? ok({ command, covered, signature })
    : refused('Malformed')
}

/**
 * Who signs for a cell from now on, as the home's supplier has signed it for this charger's own LLCS. The LLCS only carries
 * it, so all of it is verified here: supplier, target, and the certificate under the smart-meter root.
 */
export function namedBySupplier(
  station: Station,
  text: string,
  useCase: CredentialsUseCase,
): Outcome<Named, string> {
  const { payer, llcs, deps } = station
  const read = commandIn(text, useCase)
  if (!read.ok) return read
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
  const judged = judgeReplacement(replacement, command, credentialsUpdates[useCase], demands.value)
  return judged.ok ? ok({ counter: command.counter, peer: judged.value }) : judged
}

/** What is not known to be in force does not count, as for any critical command. */
export function demandsOf(station: Station, hierarchy: Hierarchy) {
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

/**
 * The home's supplier has renewed its certificate: what its key before signs counts no longer.
 * @returns why it was not taken; undefined for the newest, also when that or a later one is known already
 */
export function takeSupplier(station: Station, text: string): string | undefined {
  const { keeper, records, reports, pinnedPayer } = station
  const read = commandIn(text, 'CS02b')
  const known = BigInt(renewedOf(keeper.memory.supplier, pinnedPayer)?.counter ?? -1)
  // The LLCS tells all of them at each connection.
  if (read.ok && read.value.command.counter <= known) return undefined
  const named = namedBySupplier(station, text, 'CS02b')
  if (!named.ok || pinnedPayer === undefined) {
    const reason = named.ok ? 'SignerUnknown' : named.reason
    records.note('SupplierRefused', { reason })
    if (reason !== 'RevocationStale') reports.security('InvalidMessages', `supplier: ${reason}`)
    return reason
  }
  const { counter, peer } = named.value
  records.before('SupplierRenewed', { organisation: peer.organisation, serial: peer.serialHex })
  const certificatePem = toPem(peer.der, 'CERTIFICATE')
  const pinned = pinnedPayer.supplier.thumbprint
  const { organisation } = peer
  // Where it was pinned for arms as well.
  const cells = keeper.memory.cells.map((cell) =>
    cell.role === 'supplier' && cell.organisation === organisation
      ? { role: cell.role, organisation, certificatePem }
      : cell,
  )
  keeper.commit({ set: { cells, supplier: { certificatePem, pinned, counter: `${counter}` } } })
  return undefined
}

/** Whom the installer pinned, with the certificate by which its supplier signs now. */
export function payerNow(
  pinned: PinnedPayer | undefined,
  memory: () => { readonly supplier?: RenewedSupplier },
  crypto: Crypto,
): () => Payer | undefined {
  let last: { readonly text: string; readonly payer: Payer } | undefined
  return () => {
    const text = renewedOf(memory().supplier, pinned)?.certificatePem
    if (pinned === undefined || text === undefined) return pinned
    if (last?.text !== text) {
      const [der] = fromPem(text, 'CERTIFICATE')
      const peer = der && peerOf(der, crypto)
      if (peer?.ok !== true) return pinned
      last = { text, payer: { meter: pinned.meter, supplier: peer.value } }
    }
    return last.payer
  }
}

/** Whose tariff the home pays, by the certificate that the installer pinned. */
export type PinnedPayer = Payer & { readonly supplier: Pick<Peer, 'thumbprint'> }

const renewedOf = (
  renewed: RenewedSupplier | undefined,
  pinned: PinnedPayer | undefined,
): RenewedSupplier | undefined =>
  renewed?.pinned === pinned?.supplier.thumbprint ? renewed : undefined
