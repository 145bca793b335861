import { concat, ok, refused, type Crypto, type Outcome, type PrivateKey } from '@interlock/kernel'
import {
  ecdsaWithSha256,
  publicKeyOf,
  readParts,
  signatureAlgorithm,
  signatureOf,
} from './certificate.ts'
import { children, context, DerError, expectTag, readOne, tags, tlv } from './der.ts'
import {
  bits,
  nothing,
  oid,
  readOid,
  readText,
  sequence,
  set,
  signatureToDer,
  smallInteger,
  utf8String,
} from './der-values.ts'
import {
  encodeExtension,
  extensionOids,
  readBasicConstraints,
  readExtensions,
  readKeyUsage,
  keyUsageByte,
  type Extensions,
} from './extensions.ts'
import {
  claimsIdentity,
  commonNameOf,
  encodeName,
  encodeNames,
  identityOf,
  readNames,
  type Subject,
} from './identity.ts'
import { rsaSignatures, rsaWithSha256, type KeyKind } from './key-kind.ts'
import { fromPem, toPem } from './pem.ts'

/** A PKCS#10 request (RFC 2986) whose own signature has been verified. */
export type CertificateRequest = {
  readonly commonName: string
  /** What it says of its identity; `undefined` when it says nothing. */
  readonly identity: Omit<Subject, 'commonName'> | undefined
  /** It asks to be a certification authority. */
  readonly forCa: boolean
  /** challengePassword (PKCS#9): the proof of first contact or of renewal. */
  readonly challenge: string | undefined
  readonly publicKey: RequestedKey
  readonly der: Uint8Array
}
/** The key that a request is for. One of RSA is good for TLS and nothing else. */
export type RequestedKey = { readonly kind: KeyKind; readonly spki: Uint8Array }
export type RequestProblem = 'RequestUnreadable' | 'RequestSignature'

const challengeOid = '1.2.840.113549.1.9.7'
const extensionRequestOid = '1.2.840.113549.1.9.14'
const requestBytesMax = 8_192
const challengeCharsMax = 128

/** Makes a request, PEM. The private key stays with its holder. */
export function createCsr(
  key: PrivateKey,
  subject: Subject,
  crypto: Crypto,
  options: {
    challenge?: string
    /** The O of the subject, where it is not the organisation's EUI-64 (A02.FR.09). */
    organisationName?: string
  } = {},
): string {
  const body = requestBody(key.publicKey.spki, subject, options)
  const signature = signatureToDer(crypto.sign(key, body))
  return toPem(sequence(body, signatureAlgorithm(), bits(signature)), 'CERTIFICATE REQUEST')
}

/** An RSA key that its holder can sign a request with: RSASSA-PKCS1-v1_5 with SHA-256. */
export type RsaSigner = {
  readonly spki: Uint8Array
  sign(data: Uint8Array): Uint8Array
}

/** The same for an RSA key, which TLS alone uses. */
export function createRsaCsr(signer: RsaSigner, subject: Subject): string {
  const body = requestBody(signer.spki, subject, {})
  const algorithm = sequence(oid(rsaWithSha256), nothing())
  return toPem(sequence(body, algorithm, bits(signer.sign(body))), 'CERTIFICATE REQUEST')
}

function requestBody(
  spki: Uint8Array,
  subject: Subject,
  options: { challenge?: string; organisationName?: string },
): Uint8Array {
  const names = encodeExtension(extensionOids.names, false, encodeNames(subject, []))
  const attributes = [attribute(extensionRequestOid, sequence(names))]
  if (options.challenge !== undefined)
    attributes.push(attribute(challengeOid, utf8String(options.challenge)))
  return sequence(
    smallInteger(0),
    encodeName(subject.commonName, options.organisationName ?? subject.organisation),
    spki,
    tlv(context(0, true), ...attributes.sort(compareBytes)),
  )
}

const attribute = (type: string, value: Uint8Array): Uint8Array => sequence(oid(type), set(value))

/** The order of a DER SET OF. */
function compareBytes(left: Uint8Array, right: Uint8Array): number {
  for (const [i, byte] of left.entries()) {
    const difference = byte - (right[i] ?? -1)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Reads a request and verifies that whoever made it holds the key in it. */
export function verifyCsr(
  pem: string,
  crypto: Crypto,
): Outcome<CertificateRequest, RequestProblem> {
  const [der, ...more] = fromPem(pem, 'CERTIFICATE REQUEST')
  if (der === undefined || more.length > 0 || der.length > requestBytesMax)
    return refused('RequestUnreadable', 'it must be one CERTIFICATE REQUEST in PEM')
  try {
    return readRequest(concat(der), crypto)
  } catch (error) {
    if (error instanceof DerError) return refused('RequestUnreadable', error.message)
    throw error
  }
}

function readRequest(der: Uint8Array, crypto: Crypto): Outcome<CertificateRequest, RequestProblem> {
  const { body, algorithm, signature } = readParts(der)
  const [, subject, spkiPart, attributes] = children(body)
  const spki = expectTag(spkiPart, tags.sequence).raw
  const kind = signingKey({ body, algorithm, signature, spki }, crypto)
  if (kind === undefined) return refused('RequestSignature')

  const values = new Map<string, Uint8Array>()
  const list = attributes === undefined ? [] : children(expectTag(attributes, context(0, true)))
  for (const each of list) {
    const [type, held] = children(expectTag(each, tags.sequence))
    const [value, ...others] = children(expectTag(held, tags.set))
    const name = readOid(type)
    if (value === undefined || others.length > 0 || values.has(name))
      throw new DerError(`attribute ${name} must have one value`)
    values.set(name, value.raw)
  }
  const requested = values.get(extensionRequestOid)
  const extensions: Extensions =
    requested === undefined ? new Map() : readExtensions(readOne(requested))
  const names = extensions.get(extensionOids.names)
  const { uris } = names === undefined ? { uris: [] } : readNames(names.value)
  const identity = identityOf(uris)
  if (identity === undefined && claimsIdentity(uris))
    return refused('RequestUnreadable', 'it names an identity incompletely')
  const challenge = values.get(challengeOid)
  return ok({
    commonName: commonNameOf(expectTag(subject, tags.sequence)),
    identity,
    forCa: asksToBeCa(extensions),
    challenge: challenge === undefined ? undefined : readChallenge(challenge),
    publicKey: { kind, spki },
    der,
  })
}

/**
 * The kind of key that signed a request for itself; `undefined` when it did not.
 * @throws DerError for an algorithm or a key that is not accepted (A00.FR.502, A00.FR.506).
 */
function signingKey(
  request: ReturnType<typeof readParts> & { readonly spki: Uint8Array },
  crypto: Crypto,
): KeyKind | undefined {
  const { body, algorithm, signature, spki } = request
  if (algorithm === ecdsaWithSha256) {
    const key = publicKeyOf(spki, crypto)
    return crypto.verify(key, body.raw, signatureOf(signature)) ? 'P-256' : undefined
  }
  const hash = rsaSignatures[algorithm]
  if (hash === undefined)
    throw new DerError('only ECDSA with SHA-256, and RSA with SHA-256 or better, are accepted')
  if (!crypto.isRsaKey(spki)) throw new DerError('an RSA key must have 2048 to 4096 bits')
  return crypto.verifyRsa(spki, body.raw, signature, hash) ? 'RSA' : undefined
}

function readChallenge(value: Uint8Array): string {
  const text = readText(readOne(value))
  if (text.length > challengeCharsMax) throw new DerError('a challenge password is too long')
  return text
}

function asksToBeCa(extensions: Extensions): boolean {
  const constraints = extensions.get(extensionOids.basicConstraints)
  const usage = extensions.get(extensionOids.keyUsage)
  return (
    (constraints !== undefined && readBasicConstraints(constraints.value).ca) ||
    (usage !== undefined &&
      (readKeyUsage(usage.value) & keyUsageByte(['keyCertSign', 'cRLSign'])) !== 0)
  )
}
