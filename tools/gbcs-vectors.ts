import { mkdirSync, writeFileSync } from 'node:fs'
import {
  addMac,
  encodeAlert,
  encodePreCommand,
  encodeResponse,
  signPreCommand,
  type Command,
} from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, fromIso, instant, toBase64, toHex } from '@interlock/kernel'

/**
 * Writes `vectors/gbcs/commands.json`: valid and invalid messages made with keys of our own. The keys
 * are in the file because a verifier needs them; nothing else uses them.
 */
const keys = {
  owner: crypto.generateKey(),
  dsrsp: crypto.generateKey(),
  supplier: crypto.generateKey(),
  broker: crypto.generateKey(),
  device: crypto.generateKey(),
  stranger: crypto.generateKey(),
}
const identities = {
  owner: eui64('A2-00-00-00-00-00-00-01'),
  dsrsp: eui64('02-00-00-00-00-00-00-04'),
  supplier: eui64('02-00-00-00-00-00-00-06'),
  broker: eui64('02-00-00-00-00-00-00-05'),
  device: eui64('02-00-00-02-00-00-00-01'),
}
const at = (text: string) => fromIso(text) ?? instant(0)

const load = {
  target: identities.device,
  counter: 1_000n,
  controller: 1,
  direction: 'import',
  levelPercent: 100,
  from: at('2026-01-05T18:00:00Z'),
  until: at('2026-01-05T20:00:00Z'),
} as const
const charge: Command = { useCase: 'ECS47a', originator: identities.owner, ...load }
const response: Command = {
  useCase: 'ECS47e',
  originator: identities.dsrsp,
  ...load,
  direction: 'export',
  levelPercent: 50,
  until: at('2026-01-06T18:00:00Z'),
}
const tariff: Command = {
  useCase: 'UpdateHalfHourlyTariff',
  originator: identities.supplier,
  target: identities.device,
  counter: 7n,
  version: 3,
  from: at('2026-01-05T00:00:00Z'),
  prices: [27_300, 7_500, -1_250, 0],
}

const toDevice = { own: keys.broker.key, peer: keys.device.key.publicKey }
const send = (command: Command, signer = keys.owner, mac = toDevice): Uint8Array =>
  addMac(signPreCommand(encodePreCommand(command), signer.key, crypto), 'signed', mac, crypto)
const flipped = (bytes: Uint8Array, position: number): Uint8Array =>
  bytes.map((byte, index) => (index === position ? byte ^ 1 : byte))

/** As received by the device; its last counter from each originator is 999 (6 from the supplier). */
const valid = [
  { name: 'on-demand arm of an owner (ECS47a)', message: send(charge), command: charge },
  {
    name: 'response pre-authorisation (ECS47e)',
    message: send(response, keys.dsrsp),
    command: response,
  },
  {
    name: 'half-hourly tariff (ours, not GBCS)',
    message: send(tariff, keys.supplier),
    command: tariff,
  },
]
const good = send(charge)
const macOfStranger = { own: keys.stranger.key, peer: keys.device.key.publicKey }
const invalid = [
  {
    name: 'MAC by a stranger',
    message: send(charge, keys.owner, macOfStranger),
    reason: 'MacInvalid',
  },
  {
    name: 'signed by a stranger',
    message: send(charge, keys.stranger),
    reason: 'SignatureInvalid',
  },
  {
    name: 'signed by the DCC itself',
    message: send(charge, keys.broker),
    reason: 'SignatureInvalid',
  },
  {
    name: 'owner sends what only a DSRSP may',
    message: send({ ...charge, useCase: 'ECS47e' }),
    reason: 'OriginatorUnknown',
  },
  {
    name: 'for another device',
    message: send({ ...charge, target: identities.broker }),
    reason: 'RecipientWrong',
  },
  {
    name: 'counter used before',
    message: send({ ...charge, counter: 999n }),
    reason: 'CounterUsed',
  },
  {
    name: 'one bit of the MAC changed',
    message: flipped(good, good.length - 1),
    reason: 'MacInvalid',
  },
  {
    name: 'one bit of the level changed',
    message: flipped(good, 14 + 102),
    reason: 'ContentMalformed',
  },
  {
    name: 'one bit of the signature changed',
    message: flipped(good, 14 + 110),
    reason: 'MacInvalid',
  },
  { name: 'truncated', message: good.slice(0, -1), reason: 'LengthWrong' },
  { name: 'a byte too long', message: Uint8Array.from([...good, 0]), reason: 'LengthWrong' },
  {
    name: 'signature missing',
    message: addMac(
      Uint8Array.from([...encodePreCommand(charge), 0]),
      'unsigned',
      toDevice,
      crypto,
    ),
    reason: 'SignatureMissing',
  },
]
/** Verify, but a device answers `otherReason`. */
const notExecutable = [
  { name: 'longer than 24 hours', message: send({ ...charge, until: at('2026-01-06T18:00:01Z') }) },
  { name: 'end before start', message: send({ ...charge, until: at('2026-01-05T17:59:59Z') }) },
  { name: 'end equal to start', message: send({ ...charge, until: load.from }) },
]
const fromDevice = {
  response: encodeResponse(charge, { result: 'success' }, keys.device.key, crypto),
  refusal: encodeResponse(charge, { result: 'otherReason' }, keys.device.key, crypto),
  alert: encodeAlert(
    {
      code: 'ECS101',
      device: identities.device,
      recipient: identities.broker,
      counter: 1n,
      about: { party: identities.owner, counter: 1_000n },
      controller: load.controller,
      direction: load.direction,
      levelPercent: load.levelPercent,
      from: load.from,
      until: load.until,
    },
    keys.device.key,
    crypto,
  ),
}

const plain = (_key: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return toHex(value)
  return typeof value === 'bigint' ? value.toString() : value
}
const publicKeys = Object.fromEntries(
  Object.entries(keys).map(([name, { key }]) => [name, toBase64(key.publicKey.spki)]),
)
const content = {
  note: 'Made with keys for tests only, by tools/gbcs-vectors.ts. Bytes are hex, keys base64.',
  identities,
  publicKeys,
  devicePrivateKey: keys.device.pem,
  valid,
  invalid,
  notExecutable,
  fromDevice,
}
mkdirSync('vectors/gbcs', { recursive: true })
writeFileSync('vectors/gbcs/commands.json', `${JSON.stringify(content, plain, 2)}\n`)
