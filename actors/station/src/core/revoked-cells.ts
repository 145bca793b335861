import type { Crypto } from '@interlock/kernel'
import { fromPem, hierarchyOf, peerOf } from '@interlock/pki'
import type { StoredCell, StoredLists } from './memory.ts'

/**
 * The cells as the lists leave them: revoked where the list of their own hierarchy names the
 * certificate, or the authority that signed it. A cell that was revoked once stays so.
 */
export const withRevocations = (
  cells: readonly StoredCell[],
  lists: StoredLists,
  crypto: Crypto,
): readonly StoredCell[] =>
  cells.map((cell) =>
    cell.revoked !== true && isNamed(cell, lists, crypto) ? { ...cell, revoked: true } : cell,
  )

function isNamed({ certificatePem }: StoredCell, lists: StoredLists, crypto: Crypto): boolean {
  const [der] = fromPem(certificatePem, 'CERTIFICATE')
  const hierarchy = der === undefined ? undefined : hierarchyOf(der)
  const peer = der === undefined ? undefined : peerOf(der, crypto)
  const list = hierarchy === undefined ? undefined : lists[hierarchy]
  if (list === undefined || peer?.ok !== true) return false
  return [peer.value.serialHex, list.issuerSerialHex].some((each) => list.serials.includes(each))
}
