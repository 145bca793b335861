import { Fault } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { loadPeer } from './identity.ts'

/** A party by the certificate that a file pins, which may be replaced while the process runs. */
export type PinnedPeer = {
  readonly current: () => Peer
  /**
   * Reads the file again: true when it holds another certificate of the same party in the same role, which
   * counts from now on in place of the last. Anything else changes nothing.
   */
  renew(): boolean
}

/**
 * @param record for the audit trail: a certificate taken, or why the file was not
 * @throws Fault `CertificateUnreadable` at first; later the last certificate stays.
 */
export function pinPeer(
  path: string,
  record: (kind: string, data: Readonly<Record<string, unknown>>) => void,
): PinnedPeer {
  let peer = loadPeer(path)
  /** Already on the record, so that it is not once for each answer. */
  let refusedSerial = ''
  const read = (): Peer | undefined => {
    try {
      return loadPeer(path)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return undefined
    }
  }
  return {
    current: () => peer,
    renew() {
      const found = read()
      if (found === undefined || found.serialHex === peer.serialHex) return false
      const { eui, role, serialHex } = found
      if (eui !== peer.eui || role !== peer.role) {
        if (serialHex !== refusedSerial) record('PinRefused', { path, eui, role, serialHex })
        refusedSerial = serialHex
        return false
      }
      record('PinRenewed', { eui, from: peer.serialHex, to: serialHex })
      peer = found
      return true
    },
  }
}
