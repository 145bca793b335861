import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { assert, Fault, sameBytes, toBase64Url, type PrivateKey } from '@interlock/kernel'
import { fromPem, issuerNameOf, peerOf, type Peer } from '@interlock/pki'
import { factsOf, isOfHost, isPair } from './certificate-facts.ts'
import { ensureDir, writeAtomic } from './files.ts'
import { readText } from './read-file.ts'
import { nodeCrypto } from './node-crypto.ts'

/** An actor's own key and certificate. */
export type Identity = {
  readonly key: PrivateKey
  readonly keyPem: string
  /** Leaf first, then issuing. */
  readonly chainPem: string
  /** What the certificate says. */
  readonly peer: Peer
}

/** A key and its certificate that are for TLS alone. */
export type KeyPair = { readonly keyPem: string; readonly chainPem: string }

const keyFile = 'key.pem'
const chainFile = 'chain.pem'

/**
 * Reads `key.pem` and `chain.pem` of a folder. The key must be its owner's alone (0600) and belong to
 * the first certificate.
 * @throws Fault `IdentityUnreadable`, naming the file.
 */
export function loadIdentity(dir: string): Identity {
  const chainPath = join(dir, chainFile)
  return identityOf(ownKeyIn(dir), contentOf(chainPath), chainPath)
}

/**
 * Reads the pair of an RSA server, of our authority or of another, by the same rules; its key has 2,048
 * bits or more (A00.FR.502).
 * @throws Fault `IdentityUnreadable`, naming the file.
 */
export function loadRsaPair(dir: string): KeyPair {
  const chainPath = join(dir, chainFile)
  const pair = { keyPem: ownKeyIn(dir), chainPem: contentOf(chainPath) }
  const facts = factsOf(pair.chainPem)
  if (facts === undefined) throw unreadable(chainPath, 'holds no certificate')
  if (!nodeCrypto.isRsaKey(facts.spki)) throw unreadable(chainPath, 'its key is not strong RSA')
  if (!isPair(pair)) throw unreadable(chainPath, 'the certificate belongs to another key')
  return pair
}

/** A00.FR.510. @throws Fault `IdentityUnreadable` when a server's certificate is of another host. */
export function demandHost(chainPem: string, host: string, source: string): void {
  if (factsOf(chainPem)?.commonName === host && isOfHost(chainPem, host)) return
  const remedy = `have one issued whose common name and DNS name are ${host}`
  throw unreadable(source, `is not the certificate of the host ${host}`, remedy)
}

function ownKeyIn(dir: string): string {
  const keyPath = join(dir, keyFile)
  const keyPem = contentOf(keyPath)
  if ((statSync(keyPath).mode & 0o077) !== 0)
    throw unreadable(keyPath, 'others than its owner may read it', `chmod 600 ${keyPath}`)
  return keyPem
}

/**
 * Who a certificate (PEM) of somebody else is for: a pin, so no chain is asked for.
 * @throws Fault `FileUnreadable`, or `CertificateUnreadable`, naming the file.
 */
export function loadPeer(path: string): Peer {
  const [der] = fromPem(readText(path), 'CERTIFICATE')
  const peer = der === undefined ? undefined : peerOf(der, nodeCrypto)
  if (peer?.ok === true) return peer.value
  throw new Fault('CertificateUnreadable', `${path}: is not a certificate with an identity`, {
    remedy: "point the config at that party's certificate under the smart-meter root",
  })
}

/** An identity as XML signatures name it: the key, and its certificate by issuer and serial number. */
export function documentSigner({ key, chainPem, peer }: Identity): {
  readonly key: PrivateKey
  readonly issuer: string
  readonly serialHex: string
} {
  const [leaf] = fromPem(chainPem, 'CERTIFICATE')
  assert(leaf !== undefined, 'an identity has its certificate')
  return { key, issuer: issuerNameOf(leaf), serialHex: peer.serialHex }
}

/** The same from text; `source` names the certificate in errors. @throws Fault `IdentityUnreadable`. */
export function identityOf(keyPem: string, chainPem: string, source: string): Identity {
  const [leaf] = fromPem(chainPem, 'CERTIFICATE')
  if (leaf === undefined) throw unreadable(source, 'holds no certificate')
  const peer = peerOf(leaf, nodeCrypto)
  if (!peer.ok) throw unreadable(source, `${peer.reason} ${peer.detail ?? ''}`.trim())
  const key = keyOf(keyPem, source)
  if (!sameBytes(key.publicKey.spki, peer.value.publicKey.spki))
    throw unreadable(source, 'the certificate belongs to another key')
  return { key, keyPem, chainPem, peer: peer.value }
}

/**
 * The same for a certificate of another authority, which names no one in our terms: `bearer` says
 * whose it is. @throws Fault `IdentityUnreadable`.
 */
export function plainIdentityOf(
  keyPem: string,
  chainPem: string,
  bearer: Pick<Peer, 'eui' | 'organisation' | 'commonName'>,
  source: string,
): Identity {
  const key = keyOf(keyPem, source)
  const [der] = fromPem(chainPem, 'CERTIFICATE')
  const leaf = factsOf(chainPem)
  if (der === undefined || leaf === undefined) throw unreadable(source, 'holds no certificate')
  if (!sameBytes(key.publicKey.spki, leaf.spki))
    throw unreadable(source, 'the certificate belongs to another key')
  const peer: Peer = {
    ...bearer,
    role: 'station',
    serialHex: leaf.serialHex,
    thumbprint: toBase64Url(nodeCrypto.sha256(der)),
    publicKey: key.publicKey,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    der,
  }
  return { key, keyPem, chainPem, peer }
}

/** As {@link loadIdentity}, for either kind of certificate. @throws Fault `IdentityUnreadable`. */
export function loadPlainIdentity(
  dir: string,
  bearer: Pick<Peer, 'eui' | 'organisation' | 'commonName'>,
): Identity {
  const chainPath = join(dir, chainFile)
  return plainIdentityOf(ownKeyIn(dir), contentOf(chainPath), bearer, chainPath)
}

/** Writes both files; the key first, so that a certificate never stands without its key. */
export function saveIdentity(dir: string, keyPem: string, chainPem: string): void {
  ensureDir(dir)
  writeAtomic(join(dir, keyFile), keyPem, 0o600)
  writeAtomic(join(dir, chainFile), chainPem, 0o644)
}

function keyOf(keyPem: string, source: string): PrivateKey {
  try {
    return nodeCrypto.privateKey(keyPem)
  } catch (cause) {
    throw unreadable(source, 'its key cannot be read', defaultRemedy, cause)
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, 'cannot be read', defaultRemedy, cause)
  }
}

const defaultRemedy = 'issue the identity again, or point the config at the folder that holds it'

const unreadable = (path: string, words: string, remedy = defaultRemedy, cause?: unknown): Fault =>
  new Fault('IdentityUnreadable', `${path}: ${words}`, { remedy, cause })
