import { concat, toHex, type Crypto, type Instant, type PublicKey } from '@interlock/kernel'
import { children, context, DerError, expectTag, readOne, tags, type Der } from './der.ts'
import {
  oid,
  readBits,
  readInteger,
  readOid,
  readTime,
  sequence,
  signatureFromDer,
} from './der-values.ts'
import { publicKeyBits, readExtensions, type Extensions } from './extensions.ts'

/** A certificate taken apart; nothing in it is verified. */
export type Certificate = {
  readonly der: Uint8Array
  readonly signed: Uint8Array
  /** 64 bytes r‖s. */
  readonly signature: Uint8Array
  /** Lower-case hex, without leading zeros. */
  readonly serialHex: string
  readonly issuer: Der
  readonly subject: Der
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly spki: Uint8Array
  readonly extensions: Extensions
}

export const certificateBytesMax = 8_192
export const serialBytesMax = 20
export const ecdsaWithSha256 = '1.2.840.10045.4.3.2'
export const signatureAlgorithm = (): Uint8Array => sequence(oid(ecdsaWithSha256))

/** The three parts of a signed structure; whatever it is signed with. @throws DerError */
export function readParts(der: Uint8Array): {
  body: Der
  algorithm: string
  signature: Uint8Array
} {
  const [body, algorithm, bits, ...rest] = children(readOne(der, tags.sequence))
  if (rest.length > 0) throw new DerError('a signed structure has three parts')
  return {
    body: expectTag(body, tags.sequence),
    algorithm: readOid(children(expectTag(algorithm, tags.sequence))[0]),
    signature: readBits(bits),
  }
}

const rsaPss = '1.2.840.113549.1.1.10'
/** RFC 4055 §3.1: what RSASSA-PSS hashes with, where its parameters do not say. */
const sha1 = '1.3.14.3.2.26'

/**
 * What a signed structure says that it is signed with, dotted; RSASSA-PSS is followed by its hash. Nothing
 * is verified. @throws DerError
 */
export function signatureAlgorithmOf(der: Uint8Array): string {
  const [, algorithm] = children(readOne(concat(der), tags.sequence))
  const [type, parameters] = children(expectTag(algorithm, tags.sequence))
  const name = readOid(type)
  if (name !== rsaPss) return name
  const given = parameters === undefined ? [] : children(parameters)
  const wrapped = given.find(({ tag }) => tag === context(0, true))
  const [hash] = wrapped === undefined ? [] : children(wrapped)
  return `${name} ${hash === undefined ? sha1 : readOid(children(hash)[0])}`
}

/** The same, signed with ES256: 64 bytes r‖s. @throws DerError when it is not. */
export function readSigned(der: Uint8Array): { body: Der; signature: Uint8Array } {
  const { body, algorithm, signature } = readParts(der)
  if (algorithm !== ecdsaWithSha256) throw new DerError('only ECDSA with SHA-256 is accepted')
  return { body, signature: signatureOf(signature) }
}

/** ECDSA-Sig-Value as 64 bytes r‖s. @throws DerError */
export function signatureOf(value: Uint8Array): Uint8Array {
  const [r, s] = children(readOne(value, tags.sequence))
  return signatureFromDer(r, s)
}

/** @throws DerError when the bytes are not a version 3 certificate signed with ES256. */
export function readCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > certificateBytesMax) throw new DerError('a certificate is too large')
  const der = concat(bytes)
  const { body, signature } = readSigned(der)
  const [version, serial, algorithm, issuer, validity, subject, spki, ...rest] = children(body)
  if (version?.tag !== context(0, true) || version.content.at(-1) !== 2)
    throw new DerError('only version 3 certificates are accepted')
  if (readOid(children(expectTag(algorithm, tags.sequence))[0]) !== ecdsaWithSha256)
    throw new DerError('the signed algorithm differs')
  const [notBefore, notAfter] = children(expectTag(validity, tags.sequence))
  const wrapped = rest.find((part) => part.tag === context(3, true))
  const [extensions] = wrapped === undefined ? [] : children(wrapped)
  const serialBytes = readInteger(serial)
  if (serialBytes.length > serialBytesMax) throw new DerError('a serial number is too long')
  return {
    der,
    signed: body.raw,
    signature,
    serialHex: toHex(serialBytes),
    issuer: expectTag(issuer, tags.sequence),
    subject: expectTag(subject, tags.sequence),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    spki: expectTag(spki, tags.sequence).raw,
    extensions: extensions === undefined ? new Map() : readExtensions(extensions),
  }
}

/**
 * The parts of any certificate, whatever it is signed with, that OCPP hashes to name one (RFC 6960
 * §4.1.1): the issuer's name and the bits of its own public key. Nothing is verified.
 * @throws DerError when the bytes are not a certificate.
 */
export function namesAndKeyOf(bytes: Uint8Array): {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly publicKeyBits: Uint8Array
} {
  const [body] = children(readOne(concat(bytes), tags.sequence))
  const parts = children(expectTag(body, tags.sequence)).filter(
    (part) => part.tag !== context(0, true),
  )
  const [, , issuer, , subject, spki] = parts
  return {
    issuer: expectTag(issuer, tags.sequence).raw,
    subject: expectTag(subject, tags.sequence).raw,
    publicKeyBits: publicKeyBits(expectTag(spki, tags.sequence).raw),
  }
}

/** Key identifier: the leftmost 160 bits of SHA-256 of the public key (RFC 7093 §2, method 1). */
export const keyIdOf = (spki: Uint8Array, crypto: Crypto): Uint8Array =>
  crypto.sha256(publicKeyBits(spki)).slice(0, 20)

/** @throws DerError unless the key is on P-256. */
export function publicKeyOf(spki: Uint8Array, crypto: Crypto): PublicKey {
  const key = crypto.publicKey(spki)
  if (key === undefined) throw new DerError('the public key is not on P-256')
  return key
}

/** SubjectPublicKeyInfo of a certificate that ES256 signed, P-256 or RSA. @throws DerError */
export const spkiOf = (der: Uint8Array): Uint8Array => readCertificate(der).spki

/** The key of any certificate, an authority's too; `undefined` when it is none on P-256. */
export function publicKeyOfCertificate(der: Uint8Array, crypto: Crypto): PublicKey | undefined {
  try {
    return publicKeyOf(readCertificate(der).spki, crypto)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
