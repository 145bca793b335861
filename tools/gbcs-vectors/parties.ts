import {
  addMac,
  encodePreCommand,
  encodeUnsignedCommand,
  signPreCommand,
  type Command,
} from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, eui64, fromHex, toHex } from '@interlock/kernel'

export const keys = {
  owner: crypto.generateKey(),
  dsrsp: crypto.generateKey(),
  supplier: crypto.generateKey(),
  broker: crypto.generateKey(),
  device: crypto.generateKey(),
  stranger: crypto.generateKey(),
}
export const identities = {
  owner: eui64('A2-00-00-00-00-00-00-01'),
  dsrsp: eui64('02-00-00-00-00-00-00-04'),
  supplier: eui64('02-00-00-00-00-00-00-06'),
  broker: eui64('02-00-00-00-00-00-00-05'),
  device: eui64('02-00-00-02-00-00-00-01'),
}
export const toDevice = { own: keys.broker.key, peer: keys.device.key.publicKey }
export const seal = (preCommand: Uint8Array, signer = keys.owner, mac = toDevice): Uint8Array =>
  addMac(signPreCommand(preCommand, signer.key, crypto), 'signed', mac, crypto)
export const send = (command: Command, signer = keys.owner, mac = toDevice): Uint8Array =>
  seal(encodePreCommand(command), signer, mac)
export const sendUnsigned = (command: Command): Uint8Array =>
  addMac(encodeUnsignedCommand(command), 'unsigned', toDevice, crypto)
/** With the one occurrence of some hex replaced: what no encoder here would write. */
export function changed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const parts = toHex(bytes).split(from)
  const result = fromHex(parts.join(to))
  assert(parts.length === 2 && result !== undefined, `${from} occurs once`)
  return result
}
/** A signed and MACed command whose content is not what its message code prescribes. */
export const malformed = (
  command: Command,
  from: string,
  to: string,
  signer = keys.owner,
): Uint8Array => seal(changed(encodePreCommand(command), from, to), signer)
/** The same of a command that has the DCC's MAC only. */
export const malformedUnsigned = (command: Command, from: string, to: string): Uint8Array =>
  addMac(changed(encodeUnsignedCommand(command), from, to), 'unsigned', toDevice, crypto)
export const flipped = (bytes: Uint8Array, position: number): Uint8Array =>
  bytes.map((byte, index) => (index === position ? byte ^ 1 : byte))
