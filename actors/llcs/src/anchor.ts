import { readText } from '@interlock/host'
import { Fault, type Crypto, type Role } from '@interlock/kernel'
import { fromPem, hierarchyOf, peerOf } from '@interlock/pki'
import type { Anchor } from './llcs.ts'

/**
 * The certificate in a trust-anchor cell: of the role that the cell is for, and of the smart-meter
 * hierarchy, since the charging key of the same organisation signs the triggers.
 * @throws Fault `AnchorUnreadable`
 */
export function readAnchor(path: string, role: Role, crypto: Crypto): Anchor {
  const [der] = fromPem(readText(path), 'CERTIFICATE')
  const peer = der && peerOf(der, crypto)
  const smartMeter = der !== undefined && hierarchyOf(der) === 'smartMeter'
  if (smartMeter && peer?.ok === true && peer.value.role === role) return peer.value
  throw new Fault('AnchorUnreadable', `${path}: not the smart-meter certificate of a ${role}`, {
    remedy: 'install the certificate that the smart-meter authority issued',
  })
}
