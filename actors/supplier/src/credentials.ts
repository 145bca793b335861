import type { CredentialsBody, CredentialsRole } from '@interlock/duis'
import { cellName, decodeResponse, type CellReport } from '@interlock/gbcs'
import {
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type Role,
} from '@interlock/kernel'
import { peerOf, type PeerProblem } from '@interlock/pki'
import { askCritical, type Asking } from './critical-request.ts'

/**
 * What puts the holder of a certificate in the cells of its role; which cells, follows from the certificate.
 * @param chain DER, the certificate first
 */
export function credentialsIn(
  chain: readonly Uint8Array[],
  floor: bigint,
  crypto: Crypto,
): Outcome<CredentialsBody, PeerProblem | 'RoleWithoutCell'> {
  const [certificate = new Uint8Array(), ...path] = chain
  const peer = peerOf(certificate, crypto)
  if (!peer.ok) return peer
  const role = cellsOf[peer.value.role]
  if (role === undefined) return refused('RoleWithoutCell', peer.value.role)
  const certificates = { signing: certificate, keyAgreement: certificate }
  return ok({ kind: 'credentials', role, floor, certificates, path, timeChecks: true })
}
const cellsOf: Readonly<Partial<Record<Role, CredentialsRole>>> = {
  supplier: 'Supplier',
  /** In our profile. */
  dsrsp: 'LoadController',
}

/**
 * Has a device put certificates into its trust-anchor cells (6.15.1).
 * @returns what became of each cell, all of them replaced; `held` until its date, or `cancelled`
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function replaceCredentials(
  body: CredentialsBody,
  device: Eui64,
  counter: bigint,
  parts: Asking,
  /** When the DCC is to send it; absent: at once. */
  executeAt?: Instant,
): Promise<Outcome<readonly CellReport[] | 'held' | 'cancelled', string>> {
  const asked = await askCritical({ service: '6.15.1', body, device, counter, executeAt }, parts)
  if (asked.ok) return ok(typeof asked.value === 'string' ? asked.value : cellsIn(asked.value))
  const { reason, detail, answer } = asked
  return refused(reason, answer === undefined ? detail : cellsIn(answer).map(words).join('; '))
}

const cellsIn = (answer: Uint8Array): readonly CellReport[] => {
  const read = decodeResponse(answer)
  return (read.ok ? read.value.response.cells : undefined) ?? []
}
const words = ({ cell, outcome }: CellReport): string => `${cellName(cell)} ${outcome}`
