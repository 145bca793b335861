import { mkdirSync, writeFileSync } from 'node:fs'
import { toBase64, toHex } from '@interlock/kernel'
import { fromDevice, invalidFromDevice } from './from-device.ts'
import { identities, keys } from './parties.ts'
import { invalid, notExecutable, valid } from './to-device.ts'

/**
 * Writes `vectors/gbcs/commands.json`: valid and invalid messages made with keys of our own. The keys
 * are in the file because a verifier needs them; nothing else uses them.
 */
const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return toHex(value)
  return typeof value === 'bigint' ? value.toString() : value
}
const publicKeys = Object.fromEntries(
  Object.entries(keys).map(([name, { key }]) => [name, toBase64(key.publicKey.spki)]),
)
const content = {
  note: 'Made with keys for tests only, by tools/gbcs-vectors. Bytes are hex, keys base64.',
  identities,
  publicKeys,
  devicePrivateKey: keys.device.pem,
  valid,
  invalid,
  notExecutable,
  fromDevice,
  invalidFromDevice,
}
mkdirSync('vectors/gbcs', { recursive: true })
writeFileSync('vectors/gbcs/commands.json', `${JSON.stringify(content, plain, 2)}\n`)
