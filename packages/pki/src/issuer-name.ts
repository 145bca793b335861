import { readCertificate } from './certificate.ts'
import { commonNameOf } from './identity.ts'

/**
 * The issuer of a certificate (DER) as XML signatures name it: `CN=…`.
 * @throws DerError when the bytes are not a certificate.
 */
export const issuerNameOf = (der: Uint8Array): string =>
  `CN=${commonNameOf(readCertificate(der).issuer)}`
