import type { RsaHash } from '@interlock/kernel'
import { children, readOne, tags } from './der.ts'
import { readOid } from './der-values.ts'

/** What a certificate's key is. Only P-256 signs for this system and is sealed to; RSA is for TLS. */
export type KeyKind = 'P-256' | 'RSA'

/** By the algorithm, and the curve where there is one, of a SubjectPublicKeyInfo. */
const kinds: Readonly<Record<string, KeyKind>> = {
  '1.2.840.10045.2.1 1.2.840.10045.3.1.7': 'P-256',
  '1.2.840.113549.1.1.1': 'RSA',
}

/** @throws DerError when the bytes are not a SubjectPublicKeyInfo. */
export function keyKindOf(spki: Uint8Array): KeyKind | undefined {
  const [algorithm] = children(readOne(spki, tags.sequence))
  const parts = algorithm === undefined ? [] : children(algorithm)
  return kinds[
    parts
      .filter(({ tag }) => tag === tags.oid)
      .map(readOid)
      .join(' ')
  ]
}

export const rsaWithSha256 = '1.2.840.113549.1.1.11'
/** How a request may be signed with an RSA key (RFC 8017): SHA-256 or better, by A00.FR.506. */
export const rsaSignatures: Readonly<Record<string, RsaHash>> = {
  [rsaWithSha256]: 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
}
