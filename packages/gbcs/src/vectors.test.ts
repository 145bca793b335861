import { readFileSync } from 'node:fs'
import { crypto } from './quick-crypto.fixture.ts'
import {
  assert,
  concat,
  eui64,
  fromBase64,
  fromHex,
  toHex,
  type PublicKey,
} from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  acceptCommand,
  alerts,
  codeWords,
  decodeAlert,
  decodeResponse,
  encodePreCommand,
  gbcsProblems,
  isExecutable,
  readFrame,
  useCases,
  writeFrame,
  type Command,
  type DeviceAnchors,
  type UseCase,
} from './index.ts'

type Vector = {
  name: string
  message: string
  reason?: string
  /** Whose fault it is: the detail of a refusal begins with it. */
  field?: string
  command?: Record<string, unknown>
}
const path = new URL('../../../vectors/gbcs/commands.json', import.meta.url)
const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
  identities: Record<string, string>
  publicKeys: Record<string, string>
  devicePrivateKey: string
  valid: Vector[]
  invalid: Vector[]
  notExecutable: Vector[]
  fromDevice: Record<string, string>
  invalidFromDevice: (Vector & { as: 'alert' | 'response' })[]
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
/** Of those that must be signed. */
const roleOf: Readonly<Partial<Record<UseCase, string>>> = {
  CS02b: 'supplier',
  CS02g: 'supplier',
  CS06: 'supplier',
  ECS01a: 'supplier',
  ECS38: 'supplier',
  ECS70: 'supplier',
  ECS47a: 'owner',
  ECS47e: 'dsrsp',
  ECS46d: 'supplier',
  ActivateLoad: 'supplier',
  DeactivateLoad: 'supplier',
  UpdateHalfHourlyTariff: 'supplier',
  UpdateTariffDocument: 'supplier',
}

const device: DeviceAnchors = {
  eui: eui64(vectors.identities['device'] ?? ''),
  keyAgreement: crypto.privateKey(vectors.devicePrivateKey),
  brokerKey: keyOf('broker'),
  signer(originator, useCase) {
    const role = roleOf[useCase]
    return role && vectors.identities[role] === originator ? keyOf(role) : undefined
  },
  lastCounter: (originator) => (originator === vectors.identities['supplier'] ? 6n : 999n),
}
const accept = (vector: Vector) => acceptCommand(bytesOf(vector.message), device, crypto)

/** As the vectors spell it: bytes in hex, counters in decimal. */
const spelled = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, each: unknown) =>
      each instanceof Uint8Array ? toHex(each) : typeof each === 'bigint' ? `${each}` : each,
    ),
  )

test.each(vectors.valid)('valid vector: $name', (vector) => {
  const accepted = accept(vector)
  if (!accepted.ok) throw new Error(accepted.reason)
  const { command } = accepted.value
  expect(spelled(command)).toEqual(vector.command)
  expect(isExecutable(command)).toBe(true)
  const again = encodePreCommand(command satisfies Command)
  expect(accepted.value.bytes.subarray(0, again.length)).toEqual(again)
})

test.each(vectors.invalid)('invalid vector: $name', (vector) => {
  const accepted = accept(vector)
  expect(accepted.ok ? 'accepted' : accepted.reason).toBe(vector.reason)
  if (vector.field !== undefined)
    expect(accepted.ok ? '' : accepted.detail).toContain(`${vector.field}: `)
})

test.each(vectors.valid)('a one-bit change anywhere in it is refused: $name', (vector) => {
  const bytes = bytesOf(vector.message)
  const accepted: number[] = []
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (acceptCommand(changed, device, crypto).ok) accepted.push(bit)
  }
  expect(accepted).toEqual([])
})

test('the vectors have every use case, valid, and every reason that a device has', () => {
  const useCase = (vector: Vector) => vector.command?.['useCase']
  expect(new Set(vectors.valid.map(useCase))).toEqual(new Set(Object.keys(useCases)))
  const reasons = new Set(vectors.invalid.map(({ reason }) => reason))
  const deviceReasons = ['MacInvalid', 'RecipientWrong', 'OriginatorUnknown', 'SignatureInvalid']
  const unreached = new Set(['WindowInvalid'])
  for (const reason of [...Object.keys(gbcsProblems), ...deviceReasons, 'CounterUsed'])
    expect([reason, reasons.has(reason)]).toEqual([reason, !unreached.has(reason)])
})

/** The message code where every header has it, for messages that this code refuses to read too. */
const codeIn = (hex: string): string =>
  /df090[1-3].{16}08.{16}08.{16}(?:00|0c.{24})(?:02|12)(.{4})/.exec(hex)?.[1] ?? ''
const codesOf = (messages: readonly string[]) => new Set(messages.map(codeIn))
/** Each refused for what its own code prescribes, and not for what is the same in all messages. */
const malformedOf = (refused: readonly Vector[]) =>
  codesOf(
    refused.flatMap(({ message, reason }) => (reason === 'ContentMalformed' ? [message] : [])),
  )
const withVectors = {
  'valid command': codesOf(vectors.valid.map(({ message }) => message)),
  'invalid command': malformedOf(vectors.invalid),
  'valid answer': codesOf(Object.values(vectors.fromDevice)),
  'invalid answer': malformedOf(vectors.invalidFromDevice),
}
const every = [
  ...Object.entries(useCases).map(([name, { code }]) => ({ name, code, kinds: withVectors })),
  ...Object.entries(alerts).map(([name, { code }]) => ({
    name,
    code,
    kinds: {
      'valid alert': withVectors['valid answer'],
      'invalid alert': withVectors['invalid answer'],
    },
  })),
]
test.each(every)('there are vectors of each kind, valid and invalid: $name', ({ code, kinds }) => {
  const missing = Object.entries(kinds).filter(([, codes]) => !codes.has(codeWords(code)))
  expect(missing.map(([kind]) => kind)).toEqual([])
})

test.each(vectors.notExecutable)('vector that verifies and is not executed: $name', (vector) => {
  const accepted = accept(vector)
  expect(accepted.ok && isExecutable(accepted.value.command)).toBe(false)
  expect(accepted.ok).toBe(true)
})

const reads = { alert: decodeAlert, response: decodeResponse } as const
const sent = Object.entries(vectors.fromDevice).map(([name, hex]) => ({ name, hex }))
const readerOf = (name: string) =>
  reads[name.toLowerCase().endsWith('alert') ? 'alert' : 'response']

test.each(sent)('what the device sends is verified with its key: $name', ({ name, hex }) => {
  const key = keyOf('device')
  const bytes = bytesOf(hex)
  const verifies = (each: Uint8Array): boolean => {
    const read = readerOf(name)(each)
    return read.ok && crypto.verify(key, read.value.covered, read.value.signature)
  }
  expect(verifies(bytes)).toBe(true)
  const accepted: number[] = []
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (verifies(changed)) accepted.push(bit)
  }
  expect(accepted).toEqual([])
})

test.each(vectors.invalidFromDevice)('invalid from a device: $name', ({ as, ...vector }) => {
  const read = reads[as](bytesOf(vector.message))
  expect(read.ok ? 'read' : read.reason).toBe(vector.reason)
  if (vector.field !== undefined) expect(read.ok ? '' : read.detail).toContain(`${vector.field}: `)
})

const everything = [
  ...[...vectors.valid, ...vectors.notExecutable].map(({ name, message }) => ({ name, message })),
  ...sent.map(({ name, hex }) => ({ name, message: hex })),
]
test.each(everything)('read and written again it is the same: $name', ({ message }) => {
  const bytes = bytesOf(message)
  const read = readFrame(bytes)
  if (!read.ok) throw new Error(`${read.reason} ${read.detail}`)
  expect(writeFrame(read.value.frame)).toEqual(bytes)
  expect(concat(...read.value.parts.map((part) => part.bytes))).toEqual(bytes)
  for (const { offset, bytes: part } of read.value.parts)
    expect(bytes.subarray(offset, offset + part.length)).toEqual(part)
})

const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 })
test('a message changed anyhow is refused, or is what it would be written as, and never throws', () => {
  const messages = everything.map(({ message }) => bytesOf(message))
  const changed = fc.tuple(fc.constantFrom(...messages), flips, fc.nat(), fc.boolean())
  fc.assert(
    fc.property(changed, ([message, changes, cut, whole]) => {
      const bytes = whole ? message.slice() : message.slice(0, cut % message.length)
      for (const [position, flip] of changes)
        if (bytes.length > 0)
          bytes[position % bytes.length] = (bytes[position % bytes.length] ?? 0) ^ flip
      const read = readFrame(bytes)
      if (read.ok) expect(writeFrame(read.value.frame)).toEqual(bytes)
      else expect(read.detail).toMatch(/^\w[^:]*: ./)
    }),
    { numRuns: 2_000 },
  )
})
