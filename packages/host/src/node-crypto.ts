import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  randomBytes,
  randomFillSync,
  randomInt,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { assert, concat, Fault, looksLikeP256 } from '@interlock/kernel'
import type { Crypto, Entropy, PrivateKey, PublicKey } from '@interlock/kernel'
import type { RsaSigner } from '@interlock/pki'
import { createRecent } from './recent.ts'

/** The kernel's port, and the two ways a private key comes into being: made here, or read from PEM. */
export type NodeCrypto = Crypto & {
  generateKey(): { key: PrivateKey; pem: string }
  /** @throws Fault `KeyUnreadable` unless `pem` is an unencrypted P-256 private key. */
  privateKey(pem: string): PrivateKey
}

/** GBCS cuts the tag of its MAC to this. */
const gcmTagBytes = 12
const wholeTag = { authTagLength: 16 } as const
const aesOf = (key: Uint8Array): 'aes-128-gcm' | 'aes-256-gcm' =>
  key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm'

// OpenSSL takes longer to parse a key than to use it, so a key is parsed once in its life.
const publicHandles = new WeakMap<PublicKey, KeyObject>()
const privateHandles = new WeakMap<PrivateKey, KeyObject>()
/** The same certificates come with every connection and every message of a party. */
const recentKeys = createRecent(1_024, parsePublicKey)

export const nodeCrypto: NodeCrypto = {
  sha256: (data) => bytes(hash('sha256', data, 'buffer')),
  hmacSha256: (key, data) => bytes(createHmac('sha256', key).update(data).digest()),
  sign: (key, data) =>
    bytes(sign('sha256', data, { key: privateHandle(key), dsaEncoding: 'ieee-p1363' })),
  verify(key, data, signature) {
    if (signature.length !== 64) return false
    try {
      const handle = { key: publicHandle(key), dsaEncoding: 'ieee-p1363' } as const
      return verify('sha256', data, handle, signature)
    } catch {
      return false
    }
  },
  agree: (key, peer) =>
    bytes(diffieHellman({ privateKey: privateHandle(key), publicKey: publicHandle(peer) })),
  gcmTag(key, iv, additional) {
    const cipher = createCipheriv('aes-128-gcm', key, iv, { authTagLength: gcmTagBytes })
    cipher.setAAD(additional)
    cipher.final()
    return bytes(cipher.getAuthTag())
  },
  ephemeralKey: () => own(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  encrypt(key, nonce, additional, plaintext) {
    const cipher = createCipheriv(aesOf(key), key, nonce, wholeTag)
    cipher.setAAD(additional)
    const body = cipher.update(plaintext)
    // A stream cipher: `final` has nothing left to give.
    cipher.final()
    return concat(body, cipher.getAuthTag())
  },
  decrypt(key, nonce, additional, ciphertext) {
    const end = ciphertext.length - wholeTag.authTagLength
    if (end < 0) return undefined
    const cipher = createDecipheriv(aesOf(key), key, nonce, wholeTag)
    cipher.setAAD(additional)
    cipher.setAuthTag(ciphertext.subarray(end))
    const body = cipher.update(ciphertext.subarray(0, end))
    try {
      cipher.final()
      return bytes(body)
    } catch {
      return undefined
    }
  },
  publicKey: (spki) => (looksLikeP256(spki) ? recentKeys.of(spki) : undefined),
  isRsaKey: (spki) => rsaHandle(spki) !== undefined,
  verifyRsa(spki, data, signature, hash) {
    const handle = rsaHandle(spki)
    try {
      return handle !== undefined && verify(hash, data, handle, signature)
    } catch {
      return false
    }
  },
  generateKey() {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' })
    return { key: own(pair.privateKey), pem: pem.toString() }
  },
  privateKey(pem) {
    const remedy = 'give an unencrypted P-256 private key in PKCS#8 PEM'
    let handle: KeyObject
    try {
      handle = createPrivateKey(pem)
    } catch (cause) {
      throw new Fault('KeyUnreadable', 'the private key cannot be read', { cause, remedy })
    }
    if (handle.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw new Fault('KeyUnreadable', 'the private key is not on P-256', { remedy })
    return own(handle)
  },
}

/**
 * A new RSA key for TLS, of 2,048 bits (A00.FR.502): what every certified station can verify.
 * @returns its PKCS#8 PEM, and what a request is signed with (RSASSA-PKCS1-v1_5 with SHA-256)
 */
export function generateRsaKey(): RsaSigner & { readonly pem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: rsaBits.min })
  return {
    pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    spki: bytes(publicKey.export({ format: 'der', type: 'spki' })),
    sign: (data) => bytes(sign('sha256', data, privateKey)),
  }
}

/** Few bytes at a time cost a call of the system each, so many are drawn at once. */
const drawn = new Uint8Array(4_096)
let drawnLeft = 0

function draw(length: number): Uint8Array {
  if (length > drawnLeft) drawnLeft = randomFillSync(drawn).length
  const from = drawnLeft - length
  const taken = drawn.slice(from, drawnLeft)
  // Nobody finds here what has been given away.
  drawn.fill(0, from, drawnLeft)
  drawnLeft = from
  return taken
}

const drawnAtOnceMax = 64

/** The only entropy fit for keys. */
export const systemEntropy: Entropy = {
  bytes: (length) => (length <= drawnAtOnceMax ? draw(length) : bytes(randomBytes(length))),
  below: (limit) => randomInt(limit),
}

/**
 * Plain `Uint8Array`s leave this file: a Buffer compares and slices differently. What `node:crypto` has made is its
 * caller's alone, and is not copied.
 */
const bytes = ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length)

/** A key that is weaker than A00.FR.502 asks, or so large that it only costs time, is none. */
const rsaBits = { min: 2_048, max: 4_096 } as const
const rsaExponentMin = 65_537n
const rsaSpkiBytesMax = 1_024

function rsaHandle(spki: Uint8Array): KeyObject | undefined {
  if (spki.length > rsaSpkiBytesMax) return undefined
  try {
    const handle = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    const { modulusLength = 0, publicExponent = 0n } = handle.asymmetricKeyDetails ?? {}
    const isStrong =
      modulusLength >= rsaBits.min &&
      modulusLength <= rsaBits.max &&
      publicExponent >= rsaExponentMin
    return handle.asymmetricKeyType === 'rsa' && isStrong ? handle : undefined
  } catch {
    return undefined
  }
}

/** Refuses a point that is not on the curve. */
function parsePublicKey(spki: Uint8Array): PublicKey | undefined {
  try {
    return remember(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }))
  } catch {
    return undefined
  }
}

function remember(handle: KeyObject): PublicKey {
  const key = Object.freeze({ spki: bytes(handle.export({ format: 'der', type: 'spki' })) })
  publicHandles.set(key, handle)
  return key
}

function own(handle: KeyObject): PrivateKey {
  const key = Object.freeze({ publicKey: remember(createPublicKey(handle)) })
  privateHandles.set(key, handle)
  return key
}

function publicHandle(key: PublicKey): KeyObject {
  const handle = publicHandles.get(key)
  assert(handle !== undefined, 'a public key comes from Crypto.publicKey')
  return handle
}

function privateHandle(key: PrivateKey): KeyObject {
  const handle = privateHandles.get(key)
  assert(handle !== undefined, 'a private key comes from NodeCrypto')
  return handle
}
