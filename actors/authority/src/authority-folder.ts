import { ensureDir, readSecret, readText, writeAtomic, type NodeCrypto } from '@interlock/host'
import { Fault, sameBytes } from '@interlock/kernel'
import {
  fromPem,
  publicKeyOfCertificate,
  type CertificateAuthority,
  type ProfileName,
} from '@interlock/pki'

const keyFile = 'key.pem'
const certificateFile = 'certificate.pem'

/**
 * Reads a certification authority's folder: `key.pem` (0600) and `certificate.pem`.
 * @throws Fault `FileUnreadable` or `KeyUnreadable`, naming the file, or `AuthorityUnreadable`.
 */
export function loadAuthority(
  dir: string,
  profile: ProfileName,
  crypto: NodeCrypto,
): CertificateAuthority {
  const certificatePem = readText(`${dir}/${certificateFile}`)
  const key = crypto.privateKey(readSecret(`${dir}/${keyFile}`))
  const [der] = fromPem(certificatePem, 'CERTIFICATE')
  const publicKey = der === undefined ? undefined : publicKeyOfCertificate(der, crypto)
  if (publicKey === undefined || !sameBytes(publicKey.spki, key.publicKey.spki))
    throw new Fault('AuthorityUnreadable', `${dir}: key and certificate do not belong together`, {
      remedy: 'restore the folder from the ceremony',
    })
  return { profile, certificatePem, key }
}

export function saveAuthority(dir: string, keyPem: string, certificatePem: string): void {
  ensureDir(dir)
  writeAtomic(`${dir}/${keyFile}`, keyPem, 0o600)
  writeAtomic(`${dir}/${certificateFile}`, certificatePem, 0o644)
}
