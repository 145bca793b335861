import { toBase64 } from '@interlock/kernel'
import { writeVectors } from '../vector-json.ts'
import { fromDevice, invalidFromDevice } from './from-device.ts'
import { identities, keys } from './parties.ts'
import { valid } from './accepted.ts'
import { invalid, notExecutable } from './to-device.ts'

const publicKeys = Object.fromEntries(
  Object.entries(keys).map(([name, { key }]) => [name, toBase64(key.publicKey.spki)]),
)
/**
 * Writes `vectors/gbcs/commands.json`: valid and invalid messages made with keys of our own. The keys
 * are in the file because a verifier needs them; nothing else uses them.
 */
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
writeVectors('vectors/gbcs/commands.json', content)
