import { createPublicKey } from 'node:crypto'
import type { XmlSigner } from '@interlock/duis'
import { factsOf, nodeCrypto, readSecret, readText } from '@interlock/host'
import { Fault, sameBytes, type PublicKey } from '@interlock/kernel'
import { fromPem, issuerNameOf } from '@interlock/pki'
import { UsageError } from '../command.ts'
import { messageBytes } from '../gbcs/message-bytes.ts'

const unusable = (path: string, words: string): Fault =>
  new Fault('KeyUnreadable', `${path}: ${words}`, { remedy: 'give a P-256 key or certificate' })

/** What a certificate in PEM says of its holder's key. @throws Fault `KeyUnreadable`. */
export function certificateOf(path: string): {
  readonly publicKey: PublicKey
  readonly issuer: string
  readonly serialHex: string
} {
  const pem = readText(path)
  const facts = factsOf(pem)
  const [der] = fromPem(pem, 'CERTIFICATE')
  const publicKey = facts && nodeCrypto.publicKey(facts.spki)
  if (facts === undefined || der === undefined || publicKey === undefined)
    throw unusable(path, 'is no certificate of a P-256 key')
  return { publicKey, issuer: issuerNameOf(der), serialHex: facts.serialHex }
}

/** A public key in PEM, or its SubjectPublicKeyInfo in hex or base64. @throws Fault. */
export function publicKeyOf(path: string): PublicKey {
  const text = readText(path)
  const key = nodeCrypto.publicKey(
    text.includes('-----BEGIN') ? spkiOf(text, path) : (messageBytes(text) ?? new Uint8Array()),
  )
  if (key === undefined) throw unusable(path, 'is no public P-256 key')
  return key
}

function spkiOf(pem: string, path: string): Uint8Array {
  // Node would take the public half of a private key: that belongs in no verifier's hands.
  if (pem.includes('PRIVATE KEY')) throw unusable(path, 'is a private key')
  try {
    return new Uint8Array(createPublicKey(pem).export({ format: 'der', type: 'spki' }))
  } catch {
    throw unusable(path, 'is no public key')
  }
}

/** Who signs: the key, and the certificate or the names that it is found by. @throws Fault. */
export function signerOf(options: {
  readonly key: string
  readonly certificate?: string
  readonly issuer?: string
  readonly serial?: string
}): XmlSigner {
  const key = nodeCrypto.privateKey(readSecret(options.key))
  if (options.certificate !== undefined) {
    const { publicKey, issuer, serialHex } = certificateOf(options.certificate)
    if (!sameBytes(publicKey.spki, key.publicKey.spki))
      throw unusable(options.certificate, 'belongs to another key')
    return { key, issuer, serialHex }
  }
  const { issuer, serial } = options
  if (issuer === undefined || serial === undefined || !/^[0-9a-fA-F]{1,40}$/.test(serial))
    throw new UsageError('whose key? --certificate FILE, or --issuer NAME and --serial HEX')
  return { key, issuer, serialHex: serial }
}
