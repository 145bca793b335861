import { isRole, parseEui64, utf8, type Eui64, type Role } from '@interlock/kernel'
import { children, context, DerError, expectTag, readOne, tags, tlv, type Der } from './der.ts'
import { oid, readOid, readText, sequence, set, utf8String } from './der-values.ts'

/** Whom a certificate is for. One certificate names one role. */
export type Subject = {
  /** The station identity for a station; a name otherwise. */
  readonly commonName: string
  readonly role: Role
  readonly eui: Eui64
  readonly organisation: Eui64
}

const commonNameOid = '2.5.4.3'
const organisationOid = '2.5.4.10'
const commonNameCharsMax = 64

/** A distinguished name: organisation, where there is one, and common name. */
export function encodeName(commonName: string, organisation?: string): Uint8Array {
  const part = (type: string, value: string) => set(sequence(oid(type), utf8String(value)))
  return organisation === undefined
    ? sequence(part(commonNameOid, commonName))
    : sequence(part(organisationOid, organisation), part(commonNameOid, commonName))
}

/** @throws DerError unless the name has exactly one common name of 1 to 64 characters. */
export function commonNameOf(name: Der): string {
  const found = children(expectTag(name, tags.sequence))
    .flatMap((part) => children(expectTag(part, tags.set)))
    .map((pair) => children(expectTag(pair, tags.sequence)))
    .filter(([type]) => readOid(type) === commonNameOid)
    .map(([, value]) => readText(value))
  const [only] = found
  if (only === undefined || found.length > 1 || only.length > commonNameCharsMax || only === '')
    throw new DerError('the name must have one common name of 1 to 64 characters')
  return only
}

const uriTag = context(6, false)
const dnsTag = context(2, false)
const addressTag = context(7, false)
const prefix = 'urn:interlock:'

/** SubjectAltName: the identity as URIs, and the hosts a server answers on. */
export function encodeNames(subject: Subject | undefined, hosts: readonly string[]): Uint8Array {
  const uris =
    subject === undefined
      ? []
      : [
          `${prefix}eui:${subject.eui}`,
          `${prefix}organisation:${subject.organisation}`,
          `${prefix}role:${subject.role}`,
        ]
  return sequence(
    ...uris.map((uri) => tlv(uriTag, utf8(uri))),
    ...hosts.map((host) => {
      const address = ipv4(host)
      return address === undefined ? tlv(dnsTag, utf8(host)) : tlv(addressTag, address)
    }),
  )
}

function ipv4(host: string): Uint8Array | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return undefined
  return Uint8Array.from(host.split('.').map(Number))
}

/** @throws DerError when the extension is not GeneralNames. */
export function readNames(bytes: Uint8Array): { uris: string[]; hosts: number } {
  const names = children(readOne(bytes, tags.sequence))
  const uris = names
    .filter((name) => name.tag === uriTag)
    .map((name) => String.fromCharCode(...name.content.subarray(0, 256)))
  const hosts = names.filter((name) => name.tag === dnsTag || name.tag === addressTag).length
  return { uris, hosts }
}

/** `undefined` unless exactly one URI of each kind is there and each is well formed. */
export function identityOf(uris: readonly string[]): Omit<Subject, 'commonName'> | undefined {
  const only = (kind: string): string | undefined => {
    const found = uris.filter((uri) => uri.startsWith(`${prefix}${kind}:`))
    return found.length === 1 ? found[0]?.slice(prefix.length + kind.length + 1) : undefined
  }
  const eui = parseEui64(only('eui') ?? '')
  const organisation = parseEui64(only('organisation') ?? '')
  const role = only('role') ?? ''
  if (eui === undefined || organisation === undefined || !isRole(role)) return undefined
  return { role, eui, organisation }
}

/** Whether a request says anything about its identity, well formed or not. */
export const claimsIdentity = (uris: readonly string[]): boolean =>
  uris.some((uri) => uri.startsWith(prefix))
