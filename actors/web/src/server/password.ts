import { fromBase64Url, sameBytes, toBase64Url, utf8 } from '@interlock/kernel'

/** `pbkdf2-sha256$<iterations>$<salt>$<hash>`, both base64url. */
const pattern = /^pbkdf2-sha256\$([1-9]\d{3,7})\$([\w-]{22})\$([\w-]{43})$/

/** OWASP's figure for PBKDF2-HMAC-SHA256. */
export const passwordIterations = 600_000

/** What a config keeps of a password. */
export async function hashPassword(
  password: string,
  iterations: number = passwordIterations,
): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const hash = await derive(password, salt, iterations)
  return `pbkdf2-sha256$${iterations}$${toBase64Url(salt)}$${toBase64Url(hash)}`
}

/** False for a wrong password and for a record that is not one. */
export async function verifyPassword(password: string, record: string): Promise<boolean> {
  const [, iterations, salt, hash] = pattern.exec(record) ?? []
  const saltBytes = salt === undefined ? undefined : fromBase64Url(salt)
  const expected = hash === undefined ? undefined : fromBase64Url(hash)
  if (saltBytes === undefined || expected === undefined) return false
  return sameBytes(await derive(password, saltBytes, Number(iterations)), expected)
}

async function derive(password: string, salt: Uint8Array, iterations: number) {
  const secret = new Uint8Array(utf8(password.normalize('NFC')))
  const key = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits'])
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(salt), iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256))
}
