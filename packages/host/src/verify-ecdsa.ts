import { createPublicKey, verify } from 'node:crypto'
import type { VerifyEcdsa } from '@interlock/ocmf'

/** OpenSSL knows every curve that meters sign on, the Brainpool ones included. */
export const verifyEcdsa: VerifyEcdsa = ({ hash }, spki, data, signature) => {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature)
  } catch {
    return false
  }
}
