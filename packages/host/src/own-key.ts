import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PrivateKey } from '@interlock/kernel'
import { ensureDir, writeAtomic } from './files.ts'
import { nodeCrypto } from './node-crypto.ts'
import { readSecret } from './read-file.ts'

/**
 * The private key in `path`, made there when it is first asked for (PKCS#8 PEM, mode 0600).
 *
 * @throws Fault when it cannot be read or written
 */
export function ownKey(path: string): PrivateKey {
  if (existsSync(path)) return nodeCrypto.privateKey(readSecret(path))
  const { key, pem } = nodeCrypto.generateKey()
  ensureDir(dirname(path))
  writeAtomic(path, pem)
  return key
}
