import {
  fromHex,
  instant,
  ok,
  refused,
  sameBytes,
  toHex,
  type Crypto,
  type Instant,
  type Millis,
  type Outcome,
} from '@interlock/kernel'
import {
  keyIdOf,
  publicKeyOf,
  readCertificate,
  readSigned,
  signatureAlgorithm,
} from './certificate.ts'
import { children, context, DerError, expectTag, readOne, tags, tlv } from './der.ts'
import {
  bits,
  integer,
  readInteger,
  readSmallInteger,
  readTime,
  sequence,
  signatureToDer,
  smallInteger,
  time,
} from './der-values.ts'
import {
  encodeAuthorityKeyId,
  encodeExtension,
  extensionOids,
  readAuthorityKeyId,
  readExtensions,
} from './extensions.ts'
import type { CertificateAuthority } from './issue.ts'
import { fromPem, toPem } from './pem.ts'

/** A certificate revocation list (RFC 5280 §5) whose signature has been verified. */
export type RevocationList = {
  readonly number: number
  readonly thisUpdate: Instant
  readonly nextUpdate: Instant
  /** Lower-case hex, without leading zeros. */
  readonly serials: ReadonlySet<string>
}
export type RevocationListProblem = 'ListUnreadable' | 'ListSignature' | 'ListIssuer'

const listBytesMax = 4_194_304

/** Writes a list, PEM. `number` must grow with every list of one authority. */
export function createCrl(list: {
  readonly ca: CertificateAuthority
  readonly revoked: readonly { readonly serialHex: string; readonly at: Instant }[]
  readonly number: number
  /** Wall time. */
  readonly now: Instant
  readonly validMillis: Millis
  readonly crypto: Crypto
}): string {
  const { ca, crypto, now } = list
  const [issuer] = fromPem(ca.certificatePem, 'CERTIFICATE')
  if (issuer === undefined) throw new DerError('the authority has no certificate')
  const entries = list.revoked.map(({ serialHex, at }) =>
    sequence(integer(fromHex(serialHex) ?? new Uint8Array()), time(at)),
  )
  const keyId = keyIdOf(ca.key.publicKey.spki, crypto)
  const body = sequence(
    smallInteger(1),
    signatureAlgorithm(),
    readCertificate(issuer).subject.raw,
    time(now),
    time(instant(now + list.validMillis)),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    tlv(
      context(0, true),
      sequence(
        encodeExtension(extensionOids.authorityKeyId, false, encodeAuthorityKeyId(keyId)),
        encodeExtension(extensionOids.crlNumber, false, smallInteger(list.number)),
      ),
    ),
  )
  const signature = signatureToDer(crypto.sign(ca.key, body))
  return toPem(sequence(body, signatureAlgorithm(), bits(signature)), 'X509 CRL')
}

/** Reads the one list in `pem` and verifies that `issuer` (DER) signed it. Whether it is still in force is the caller's. */
export function readCrl(
  pem: string,
  issuer: Uint8Array,
  crypto: Crypto,
): Outcome<RevocationList, RevocationListProblem> {
  const [der, ...more] = fromPem(pem, 'X509 CRL')
  if (der === undefined || more.length > 0 || der.length > listBytesMax)
    return refused('ListUnreadable', 'it must be one X509 CRL in PEM')
  try {
    return readList(der, issuer, crypto)
  } catch (error) {
    if (error instanceof DerError) return refused('ListUnreadable', error.message)
    throw error
  }
}

function readList(
  der: Uint8Array,
  issuer: Uint8Array,
  crypto: Crypto,
): Outcome<RevocationList, RevocationListProblem> {
  const { body, signature } = readSigned(der)
  const authority = readCertificate(issuer)
  const parts = children(body)
  const [, , name, thisUpdate, nextUpdate] = parts
  const extensions = readExtensions(readOne(expectTag(parts.at(-1), context(0, true)).content))
  const keyId = extensions.get(extensionOids.authorityKeyId)
  const number = extensions.get(extensionOids.crlNumber)
  if (keyId === undefined || number === undefined)
    throw new DerError('a list needs its number and the key identifier of its authority')
  const named =
    sameBytes(expectTag(name, tags.sequence).raw, authority.subject.raw) &&
    sameBytes(readAuthorityKeyId(keyId.value), keyIdOf(authority.spki, crypto))
  if (!named) return refused('ListIssuer')
  if (!crypto.verify(publicKeyOf(authority.spki, crypto), body.raw, signature))
    return refused('ListSignature')
  const entries = parts.length === 7 ? children(expectTag(parts[5], tags.sequence)) : []
  return ok({
    number: readSmallInteger(readOne(number.value)),
    thisUpdate: readTime(thisUpdate),
    nextUpdate: readTime(nextUpdate),
    serials: new Set(entries.map((entry) => toHex(readInteger(children(entry)[0])))),
  })
}
