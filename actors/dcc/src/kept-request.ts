import { buildRequest, parseRequest, type ServiceRequest } from '@interlock/duis'
import { assert, fromBase64, toBase64, type Crypto } from '@interlock/kernel'
import { peerOf, type Peer } from '@interlock/pki'
import type { KeptRequest } from './tables.ts'

/** A verified request as it is kept until later, with the certificate that its user was known by. */
export const kept = (request: ServiceRequest, peer: Peer): KeptRequest => ({
  request: buildRequest(request),
  certificate: toBase64(peer.der),
})

export function readKept(
  row: KeptRequest,
  crypto: Crypto,
): { readonly request: ServiceRequest; readonly peer: Peer } {
  const request = parseRequest(row.request)
  const peer = peerOf(fromBase64(row.certificate) ?? new Uint8Array(), crypto)
  assert(request.ok && peer.ok, 'what was kept was read before')
  return { request: request.value, peer: peer.value }
}
