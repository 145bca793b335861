import { children, context, DerError, expectTag, readOne, tags, tlv, type Der } from './der.ts'
import {
  octets,
  oid,
  readBits,
  readOid,
  readSmallInteger,
  readTruth,
  sequence,
  smallInteger,
  truth,
} from './der-values.ts'
import type { ExtendedKeyUsage, KeyUsage } from './profiles.ts'

/** X.509 extensions (RFC 5280 §4.2): the ones our profiles demand, written and read. */

export const extensionOids = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  names: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  policies: '2.5.29.32',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const

export type Extension = { readonly critical: boolean; readonly value: Uint8Array }
export type Extensions = ReadonlyMap<string, Extension>

export const encodeExtension = (type: string, critical: boolean, value: Uint8Array): Uint8Array =>
  critical ? sequence(oid(type), truth(true), octets(value)) : sequence(oid(type), octets(value))

/** @throws DerError when malformed or when one type occurs twice. */
export function readExtensions(list: Der): Extensions {
  const found = new Map<string, Extension>()
  for (const each of children(expectTag(list, tags.sequence))) {
    const parts = children(expectTag(each, tags.sequence))
    const type = readOid(parts[0])
    const critical = parts.length === 3 && readTruth(parts[1])
    if (found.has(type)) throw new DerError(`extension ${type} occurs twice`)
    found.set(type, { critical, value: expectTag(parts.at(-1), tags.octetString).content })
  }
  return found
}

const keyUsageBits: Record<KeyUsage, number> = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
}

export function encodeKeyUsage(usages: readonly KeyUsage[]): Uint8Array {
  const byte = usages.reduce((sum, usage) => sum | (0x80 >> keyUsageBits[usage]), 0)
  const unused = Math.clz32(byte & -byte) === 32 ? 7 : 31 - Math.clz32(byte & -byte)
  return tlv(tags.bitString, Uint8Array.of(unused, byte))
}

/** The first byte of the bit string; a certificate that uses a ninth bit is refused. */
export function readKeyUsage(value: Uint8Array): number {
  const { content } = readOne(value, tags.bitString)
  const [unused, byte] = content
  if (content.length !== 2 || unused === undefined || unused > 7 || byte === undefined)
    throw new DerError('a key usage is malformed')
  return byte
}

export const keyUsageByte = (usages: readonly KeyUsage[]): number =>
  usages.reduce((sum, usage) => sum | (0x80 >> keyUsageBits[usage]), 0)

const extendedOids: Record<ExtendedKeyUsage, string> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
}
export const extendedKeyUsageOids = (usages: readonly ExtendedKeyUsage[]): string[] =>
  usages.map((usage) => extendedOids[usage])

export const encodeExtendedKeyUsage = (usages: readonly ExtendedKeyUsage[]): Uint8Array =>
  sequence(...extendedKeyUsageOids(usages).map(oid))
export const readExtendedKeyUsage = (value: Uint8Array): string[] =>
  children(readOne(value, tags.sequence)).map(readOid)

/** `pathLength` makes it a CA. */
export const encodeBasicConstraints = (pathLength: number | undefined): Uint8Array =>
  pathLength === undefined ? sequence() : sequence(truth(true), smallInteger(pathLength))

export function readBasicConstraints(value: Uint8Array): { ca: boolean; pathLength?: number } {
  const [flag, length] = children(readOne(value, tags.sequence))
  const ca = flag !== undefined && readTruth(flag)
  return length === undefined ? { ca } : { ca, pathLength: readSmallInteger(length) }
}

export const encodePolicies = (policies: readonly string[]): Uint8Array =>
  sequence(...policies.map((policy) => sequence(oid(policy))))
export const readPolicies = (value: Uint8Array): string[] =>
  children(readOne(value, tags.sequence)).map((info) => readOid(children(info)[0]))

export const encodeSubjectKeyId = (id: Uint8Array): Uint8Array => octets(id)
export const encodeAuthorityKeyId = (id: Uint8Array): Uint8Array =>
  sequence(tlv(context(0, false), id))
export const readSubjectKeyId = (value: Uint8Array): Uint8Array =>
  readOne(value, tags.octetString).content
export const readAuthorityKeyId = (value: Uint8Array): Uint8Array =>
  expectTag(
    children(readOne(value, tags.sequence)).find((part) => part.tag === context(0, false)),
    undefined,
  ).content

/** The bits of the public key inside a SubjectPublicKeyInfo. */
export const publicKeyBits = (spki: Uint8Array): Uint8Array =>
  readBits(children(readOne(spki, tags.sequence))[1])
