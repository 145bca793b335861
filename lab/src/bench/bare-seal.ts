import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'

/** What is under a seal, as calls of `node:crypto` alone: nothing is read, checked or encoded. */
const suite = 'aes-256-gcm'
const nonce = new Uint8Array(12)
const tagged = { authTagLength: 16 } as const

type Encrypted = { readonly body: Uint8Array; readonly tag: Uint8Array }

export function bareEncrypt(key: Uint8Array, additional: Uint8Array, bytes: Uint8Array): Encrypted {
  const cipher = createCipheriv(suite, key, nonce, tagged)
  cipher.setAAD(additional)
  const body = cipher.update(bytes)
  cipher.final()
  return { body, tag: cipher.getAuthTag() }
}

export function bareDecrypt(
  key: Uint8Array,
  additional: Uint8Array,
  sealed: Encrypted,
): Uint8Array {
  const cipher = createDecipheriv(suite, key, nonce, tagged)
  cipher.setAAD(additional)
  cipher.setAuthTag(sealed.tag)
  const bytes = cipher.update(sealed.body)
  cipher.final()
  return bytes
}

type Wrapped = Encrypted & { readonly spki: Buffer }

/** HPKE in base mode (RFC 9180 §5.1.1) of one content key. */
export function bareWrap(
  reader: KeyObject,
  contentKey: Uint8Array,
  additional: Uint8Array,
): Wrapped {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const key = schedule(diffieHellman({ privateKey, publicKey: reader }))
  return { ...bareEncrypt(key, additional, contentKey), spki }
}

export function bareUnwrap(
  privateKey: KeyObject,
  wrapped: Wrapped,
  additional: Uint8Array,
): Uint8Array {
  const publicKey = createPublicKey({ key: wrapped.spki, format: 'der', type: 'spki' })
  const key = schedule(diffieHellman({ privateKey, publicKey }))
  return bareDecrypt(key, additional, wrapped)
}

/** What one HMAC of the key schedule is over, within a few bytes. */
const labelled = new Uint8Array(64)
/** Extract and expand of the KEM; then three extracts, and the expansions to key, nonce and exporter. */
const scheduleSteps = 8

function schedule(shared: Uint8Array): Uint8Array {
  let key = shared
  for (let step = 0; step < scheduleSteps; step++)
    key = createHmac('sha256', key).update(labelled).digest()
  return key
}
