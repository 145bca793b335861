import type { ConsentPurpose } from '@interlock/contract'
import {
  canonicalJson,
  concat,
  fromBase64Url,
  toBase64Url,
  utf8,
  type Crypto,
  type Eui64,
  type Instant,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'

/** What an owner says once about one reader and one purpose. */
export type ConsentStatement = {
  /** Whose data. */
  readonly station: Eui64
  /** 1, 2, 3 … in the ledger of the station. */
  readonly number: number
  /** Digest of the statement before, base64url; empty for the first. */
  readonly previous: string
  readonly reader: Eui64
  readonly purpose: ConsentPurpose
  readonly given: boolean
  /** By the owner's clock. */
  readonly at: Instant
  /** When it ends by itself; absent where only its withdrawal ends it. */
  readonly until?: Instant
}

export type SignedConsent = {
  readonly statement: ConsentStatement
  /** Thumbprint of the owner's key, SHA-256 of its SPKI in base64url. */
  readonly signer: string
  /** ECDSA P-256, r‖s, base64url. */
  readonly signature: string
}

/** What is signed: `interlock-consent` and the statement as JSON of one spelling. */
const signedBytes = (statement: ConsentStatement): Uint8Array =>
  concat(utf8('interlock-consent'), utf8(canonicalJson(statement)))

export const thumbprintOf = ({ spki }: PublicKey, crypto: Pick<Crypto, 'sha256'>): string =>
  toBase64Url(crypto.sha256(spki))

export function signConsent(
  statement: ConsentStatement,
  key: PrivateKey,
  crypto: Crypto,
): SignedConsent {
  return {
    statement,
    signer: thumbprintOf(key.publicKey, crypto),
    signature: toBase64Url(crypto.sign(key, signedBytes(statement))),
  }
}

export function consentVerifies(
  { statement, signature }: SignedConsent,
  key: PublicKey,
  crypto: Crypto,
): boolean {
  const bytes = fromBase64Url(signature)
  return bytes !== undefined && crypto.verify(key, signedBytes(statement), bytes)
}

/** What the statement after names as `previous`; the signature is not part of it. */
export const digestOf = (
  { statement, signer }: SignedConsent,
  crypto: Pick<Crypto, 'sha256'>,
): string => toBase64Url(crypto.sha256(utf8(canonicalJson({ statement, signer }))))
