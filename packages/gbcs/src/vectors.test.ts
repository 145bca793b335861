import { readFileSync } from 'node:fs'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, eui64, fromBase64, fromHex, type PublicKey } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  acceptCommand,
  decodeAlert,
  decodeResponse,
  encodePreCommand,
  isExecutable,
  type Command,
  type DeviceAnchors,
} from './index.ts'

type Vector = { name: string; message: string; reason?: string; command?: Record<string, unknown> }
const path = new URL('../../../vectors/gbcs/commands.json', import.meta.url)
const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
  identities: Record<string, string>
  publicKeys: Record<string, string>
  devicePrivateKey: string
  valid: Vector[]
  invalid: Vector[]
  notExecutable: Vector[]
  fromDevice: Record<string, string>
}

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex)
  assert(bytes !== undefined, 'vectors are hex')
  return bytes
}
const keyOf = (name: string): PublicKey => {
  const key = crypto.publicKey(fromBase64(vectors.publicKeys[name] ?? '') ?? new Uint8Array())
  assert(key !== undefined, `the vectors have a key of ${name}`)
  return key
}
const roleOf = { ECS47a: 'owner', ECS47e: 'dsrsp', UpdateHalfHourlyTariff: 'supplier' } as const

const device: DeviceAnchors = {
  eui: eui64(vectors.identities['device'] ?? ''),
  keyAgreement: crypto.privateKey(vectors.devicePrivateKey),
  brokerKey: keyOf('broker'),
  signer(originator, useCase) {
    const role = useCase === 'ReadHalfHourlyTariff' ? undefined : roleOf[useCase]
    return role && vectors.identities[role] === originator ? keyOf(role) : undefined
  },
  lastCounter: (originator) => (originator === vectors.identities['supplier'] ? 6n : 999n),
}
const accept = (vector: Vector) => acceptCommand(bytesOf(vector.message), device, crypto)

test.each(vectors.valid)('valid vector: $name', (vector) => {
  const accepted = accept(vector)
  if (!accepted.ok) throw new Error(accepted.reason)
  const { command } = accepted.value
  const { counter, ...rest } = vector.command ?? {}
  expect(command).toEqual({ ...rest, counter: BigInt(String(counter)) })
  expect(isExecutable(command)).toBe(true)
  const again = encodePreCommand(command satisfies Command)
  expect(accepted.value.bytes.subarray(0, again.length)).toEqual(again)
})

test.each(vectors.invalid)('invalid vector: $name', (vector) => {
  const accepted = accept(vector)
  expect(accepted.ok ? 'accepted' : accepted.reason).toBe(vector.reason)
})

test.each(vectors.notExecutable)('vector that verifies and is not executed: $name', (vector) => {
  const accepted = accept(vector)
  expect(accepted.ok && isExecutable(accepted.value.command)).toBe(false)
  expect(accepted.ok).toBe(true)
})

test('what the device sends is verified with its key', () => {
  const key = keyOf('device')
  for (const [name, hex] of Object.entries(vectors.fromDevice)) {
    const read = name === 'alert' ? decodeAlert(bytesOf(hex)) : decodeResponse(bytesOf(hex))
    if (!read.ok) throw new Error(`${name}: ${read.reason}`)
    expect(crypto.verify(key, read.value.covered, read.value.signature)).toBe(true)
  }
})
