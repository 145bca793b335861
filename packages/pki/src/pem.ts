import { fromBase64, toBase64 } from '@interlock/kernel'

/** Textual encoding (RFC 7468). OpenSSL reads a CRL under `X509 CRL` only. */
export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'X509 CRL'

export const toPem = (der: Uint8Array, label: PemLabel): string =>
  `-----BEGIN ${label}-----\n${(toBase64(der).match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`

/** Every block of that label, in order; blocks that are not base64 are left out. */
export function fromPem(text: string, label: PemLabel): Uint8Array[] {
  const block = new RegExp(
    `-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`,
    'g',
  )
  return [...text.matchAll(block)].flatMap(([, body = '']) => {
    const der = fromBase64(body.replace(/\s/g, ''))
    return der === undefined || der.length === 0 ? [] : [der]
  })
}
