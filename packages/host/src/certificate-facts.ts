import {
  constants,
  createHash,
  createPrivateKey,
  verify,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'
import { isIP } from 'node:net'
import { instant, type Instant } from '@interlock/kernel'
import { namesAndKeyOf, signatureAlgorithmOf } from '@interlock/pki'

/** What a station wants to know of any certificate, of whatever authority and algorithm. */
export type CertificateFacts = {
  readonly pem: string
  /** Of the subject; `undefined` where it has none. */
  readonly commonName: string | undefined
  /** Lower-case hex, without leading zeros. */
  readonly serialHex: string
  readonly isAuthority: boolean
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly spki: Uint8Array
  /** Of its key; an elliptic curve counts at its size. */
  readonly isStrong: boolean
}

export type HashAlgorithm = 'SHA256' | 'SHA384' | 'SHA512'
/** OCPP's CertificateHashDataType. */
export type CertificateHash = {
  readonly hashAlgorithm: HashAlgorithm
  readonly issuerNameHash: string
  readonly issuerKeyHash: string
  readonly serialNumber: string
}

/** A00.FR.508, A00.FR.509: what a key must have at least. */
const rsaBitsMin = 2_048
const curvesAccepted = ['prime256v1', 'secp256r1', 'secp384r1', 'secp521r1', 'secp224r1']
const certificatesMax = 8

/** Whether the first certificate of a PEM text is one of that host: a DNS name or an address. */
export function isOfHost(pem: string, host: string): boolean {
  const [certificate] = certificatesIn(pem)
  const name = isIP(host) === 0 ? certificate?.checkHost(host) : certificate?.checkIP(host)
  return name !== undefined
}

/** Whether a private key is that of the first certificate. */
export function isPair(pair: { readonly keyPem: string; readonly chainPem: string }): boolean {
  try {
    const [certificate] = certificatesIn(pair.chainPem)
    return certificate?.checkPrivateKey(createPrivateKey(pair.keyPem)) === true
  } catch {
    return false
  }
}

/** The first certificate of a PEM text; `undefined` when it is none. */
export function factsOf(pem: string): CertificateFacts | undefined {
  const [certificate] = certificatesIn(pem)
  if (certificate === undefined) return undefined
  const { publicKey } = certificate
  return {
    pem: certificate.toString(),
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1],
    serialHex: withoutZeros(certificate.serialNumber),
    isAuthority: certificate.ca,
    notBefore: instant(Date.parse(certificate.validFrom)),
    notAfter: instant(Date.parse(certificate.validTo)),
    spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    isStrong: isStrong(publicKey),
  }
}

function isStrong({ asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails
  return modulusLength >= rsaBitsMin || curvesAccepted.includes(namedCurve)
}

/** The certificates of a PEM text, in order; none when one of them cannot be read. */
function certificatesIn(pem: string): readonly X509Certificate[] {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (texts.length > certificatesMax) return []
  try {
    return texts.map((text) => new X509Certificate(text))
  } catch {
    return []
  }
}

/**
 * Names a certificate as OCPP does (M03.FR.03). The issuer's key is that of the certificate itself
 * where it signed itself, else that of the first of `issuers` (PEM) with the issuer's name.
 */
export function hashOf(
  pem: string,
  hashAlgorithm: HashAlgorithm,
  issuers: readonly string[] = [],
): CertificateHash | undefined {
  const [certificate] = certificatesIn(pem)
  if (certificate === undefined) return undefined
  const own = namesAndKeyOf(certificate.raw)
  const issuer = [certificate, ...issuers.flatMap(certificatesIn)]
    .map((each) => namesAndKeyOf(each.raw))
    .find(({ subject }) => Buffer.compare(subject, own.issuer) === 0)
  const hash = (bytes: Uint8Array): string =>
    createHash(hashAlgorithm.toLowerCase()).update(bytes).digest('hex')
  return {
    hashAlgorithm,
    issuerNameHash: hash(own.issuer),
    issuerKeyHash: hash((issuer ?? own).publicKeyBits),
    serialNumber: withoutZeros(certificate.serialNumber),
  }
}

export type ChainRefusal = 'Unreadable' | 'Expired' | 'Weak' | 'NotTrusted'

/** How a certificate may be signed: SHA-256 or better (A00.FR.504, A00.FR.506). */
const signaturesAccepted: ReadonlySet<string> = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  // RSASSA-PSS, with its hash.
  '1.2.840.113549.1.1.10 2.16.840.1.101.3.4.2.1',
  '1.2.840.113549.1.1.10 2.16.840.1.101.3.4.2.2',
  '1.2.840.113549.1.1.10 2.16.840.1.101.3.4.2.3',
])

/**
 * Whether a chain, leaf first, reaches one of `roots`, each link issued and signed by the next, strong
 * enough, and all in their time. It says nothing of what the leaf may be used for.
 */
export function chainRefusal(
  chainPem: string,
  roots: readonly string[],
  at: Instant,
): ChainRefusal | undefined {
  const chain = certificatesIn(chainPem)
  const anchors = roots.flatMap(certificatesIn)
  if (chain.length === 0) return 'Unreadable'
  const inTime = (each: X509Certificate): boolean =>
    Date.parse(each.validFrom) <= at && at <= Date.parse(each.validTo)
  if (!chain.every(inTime)) return 'Expired'
  const signs = (issuer: X509Certificate, subject: X509Certificate): boolean =>
    issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
  for (const [index, certificate] of chain.entries()) {
    if (anchors.some((root) => root.fingerprint256 === certificate.fingerprint256)) return undefined
    // What is trusted need not have been signed well; everything below it must be.
    if (!isStrongLink(certificate)) return 'Weak'
    if (anchors.some((root) => inTime(root) && signs(root, certificate))) return undefined
    const next = chain[index + 1]
    if (next === undefined || !signs(next, certificate)) return 'NotTrusted'
  }
  return 'NotTrusted'
}

function isStrongLink({ raw, publicKey }: X509Certificate): boolean {
  try {
    return isStrong(publicKey) && signaturesAccepted.has(signatureAlgorithmOf(raw))
  } catch {
    return false
  }
}

/** Whether a certificate signed itself, which a root does. */
export function isSelfSigned(pem: string): boolean {
  const [certificate] = certificatesIn(pem)
  return certificate?.checkIssued(certificate) === true && certificate.verify(certificate.publicKey)
}

const withoutZeros = (hex: string): string => hex.toLowerCase().replace(/^0+(?=.)/, '')

/**
 * Whether `signature` (base64) over `content` is the key's of the first certificate in `pem`: ECDSA or
 * RSASSA-PSS, each with SHA-256 (L01.FR.03, and Part 2 appendix on firmware signatures).
 */
export function isSignedBy(pem: string, content: Uint8Array, signature: string): boolean {
  const [certificate] = certificatesIn(pem)
  if (certificate === undefined) return false
  const { publicKey } = certificate
  const key =
    publicKey.asymmetricKeyType === 'rsa'
      ? { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING }
      : publicKey
  try {
    return verify('sha256', content, key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
