import { crypto } from './quick-crypto.fixture.ts'
import { eui64, fromIso, instant, toHex, type PublicKey } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { timeOfUse } from './import-tariff.fixture.ts'
import {
  acceptCommand,
  addMac,
  attachSignature,
  decodeAlert,
  decodeResponse,
  encodeAlert,
  encodePreCommand,
  encodeResponse,
  encodeUnsignedCommand,
  isExecutable,
  signPreCommand,
  useCases,
  type Alert,
  type CellReport,
  type Command,
  type CredentialsUpdate,
  type DeviceAnchors,
} from './index.ts'

const originator = eui64('00-00-00-00-00-00-00-0A')
const target = eui64('00-00-00-00-00-00-00-0B')
const stranger = eui64('00-00-00-00-00-00-00-0C')
const at = (text: string) => fromIso(text) ?? instant(0)
const owner = crypto.generateKey().key
const broker = crypto.generateKey().key
const deviceKey = crypto.generateKey().key
const elsewhere = crypto.generateKey().key

const command: Command = {
  useCase: 'ECS47a',
  originator,
  target,
  counter: 7n,
  controller: 1,
  direction: 'import',
  levelPercent: 100,
  from: at('2026-01-05T18:00:00Z'),
  until: at('2026-01-05T20:00:00Z'),
}
const anchors = (change: Partial<DeviceAnchors> = {}): DeviceAnchors => ({
  eui: target,
  keyAgreement: deviceKey,
  brokerKey: broker.publicKey,
  signer: (eui, useCase) =>
    eui === originator && useCase === 'ECS47a' ? owner.publicKey : undefined,
  lastCounter: () => 6n,
  ...change,
})
const toDevice = { own: broker, peer: deviceKey.publicKey }
const send = (each: Command, signer = owner, keys = toDevice): Uint8Array =>
  addMac(signPreCommand(encodePreCommand(each), signer, crypto), 'signed', keys, crypto)
const outcome = (bytes: Uint8Array, change: Partial<DeviceAnchors> = {}): string => {
  const accepted = acceptCommand(bytes, anchors(change), crypto)
  return accepted.ok ? 'accepted' : accepted.reason
}

test('a device accepts a critical command with both the MAC and the signature', () => {
  const accepted = acceptCommand(send(command), anchors(), crypto)
  expect(accepted.ok && accepted.value.command).toEqual(command)
  expect(accepted.ok && accepted.value.critical).toBe(true)
})

test('a signature without the MAC of the DCC is refused', () => {
  const keys = { own: elsewhere, peer: deviceKey.publicKey }
  expect(outcome(send(command, owner, keys))).toBe('MacInvalid')
  expect(outcome(signPreCommand(encodePreCommand(command), owner, crypto))).toBe('NotGbcs')
})

test('the MAC of the DCC without the signature of the originator is refused', () => {
  expect(outcome(send(command, elsewhere))).toBe('SignatureInvalid')
  const zeros = attachSignature(encodePreCommand(command), new Uint8Array(64))
  expect(outcome(addMac(zeros, 'signed', toDevice, crypto))).toBe('SignatureInvalid')
  const unsigned = Uint8Array.from([...encodePreCommand(command), 0])
  expect(outcome(addMac(unsigned, 'unsigned', toDevice, crypto))).toBe('SignatureMissing')
})

test('a one-bit change anywhere in a critical command is refused', () => {
  const bytes = send(command)
  const accepted: number[] = []
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (acceptCommand(changed, anchors(), crypto).ok) accepted.push(bit)
  }
  expect(accepted).toEqual([])
  expect(bytes.length).toBe(194)
})

const from = at('2026-01-05T18:00:00Z')
const addressed = { originator, target, counter: 7n }
/** What stands for a certificate here is any sequence: whose it is, is not for this format to say. */
const update: CredentialsUpdate = {
  floor: 5_000n,
  replacements: [
    {
      cell: { role: 'loadController', keyUsage: 'digitalSignature' },
      certificate: Uint8Array.of(0x30, 3, 2, 1, 5),
    },
  ],
  path: [],
  timeChecks: true,
}
const critical: readonly Command[] = [
  command,
  { ...command, useCase: 'ECS47e' },
  { useCase: 'ECS01a', ...addressed, ...timeOfUse },
  { useCase: 'ECS46d', ...addressed, entries: [], specialDays: [], execution: 'atOnce' },
  { ...command, useCase: 'ActivateLoad' },
  { ...command, useCase: 'DeactivateLoad', levelPercent: 0 },
  { useCase: 'CS02b', ...addressed, ...update },
  { useCase: 'CS02g', ...addressed, ...update },
  { useCase: 'CS06', ...addressed, hash: new Uint8Array(32).fill(0x5a) },
  { useCase: 'ECS38', ...addressed, limitSeconds: 600 },
  { useCase: 'ECS70', ...addressed, from, until: at('2026-01-05T18:01:00Z') },
  { useCase: 'UpdateHalfHourlyTariff', ...addressed, version: 1, from, prices: [1, -2] },
  {
    useCase: 'UpdateTariffDocument',
    ...addressed,
    version: 1,
    document: Uint8Array.of(0x7b, 0x7d),
  },
]

test('every critical use case is among those that are tried', () => {
  const names = Object.entries(useCases).filter(([, row]) => row.critical)
  expect(critical.map(({ useCase }) => useCase).toSorted()).toEqual(
    names.map(([name]) => name).toSorted(),
  )
})

test.each(critical)(
  'the signature alone refuses every one-bit change that the DCC could make and MAC again: $useCase',
  (each) => {
    const signed = signPreCommand(encodePreCommand(each), owner, crypto)
    const sealed = addMac(signed, 'signed', toDevice, crypto)
    expect(outcome(sealed, { signer: () => owner.publicKey })).toBe('accepted')
    const accepted: number[] = []
    for (let bit = 0; bit < signed.length * 8; bit++) {
      const changed = signed.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      let wrapped: Uint8Array
      try {
        wrapped = addMac(changed, 'signed', toDevice, crypto)
      } catch {
        continue
      }
      if (outcome(wrapped, { signer: () => owner.publicKey }) === 'accepted') accepted.push(bit)
    }
    expect(accepted).toEqual([])
  },
)

test('a shorter or longer message is refused at every length', () => {
  const bytes = send(command)
  for (let length = 0; length < bytes.length; length++)
    expect(outcome(bytes.slice(0, length))).not.toBe('accepted')
  expect(outcome(Uint8Array.from([...bytes, 0]))).toBe('LengthWrong')
})

test('a command for another device, or moved to another device, is refused', () => {
  expect(outcome(send({ ...command, target: stranger }))).toBe('RecipientWrong')
  expect(outcome(send(command), { eui: stranger })).toBe('RecipientWrong')
})

test('an originator whose role may not send this use case is refused', () => {
  expect(outcome(send({ ...command, originator: stranger }))).toBe('OriginatorUnknown')
  expect(outcome(send({ ...command, useCase: 'ECS47e' }))).toBe('OriginatorUnknown')
})

test('a counter that is not above the last accepted is refused', () => {
  expect(outcome(send(command), { lastCounter: () => 7n })).toBe('CounterUsed')
  expect(outcome(send(command), { lastCounter: () => (1n << 64n) - 1n })).toBe('CounterUsed')
  expect(outcome(send({ ...command, counter: (1n << 64n) - 1n }))).toBe('accepted')
})

test('a period that is reversed or longer than 24 hours is not executable', () => {
  expect(isExecutable(command)).toBe(true)
  expect(isExecutable({ ...command, until: command.from })).toBe(false)
  expect(isExecutable({ ...command, until: at('2026-01-06T18:00:01Z') })).toBe(false)
})

test('a read needs only the MAC of the DCC', () => {
  const read: Command = { useCase: 'ReadTariff', originator, target, counter: 1n }
  const bytes = addMac(encodeUnsignedCommand(read), 'unsigned', toDevice, crypto)
  const accepted = acceptCommand(bytes, anchors(), crypto)
  expect(accepted.ok && accepted.value).toMatchObject({ command: read, critical: false })
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
  expect(outcome(bytes)).toBe('MacInvalid')
})

const verifies = (
  read: { covered: Uint8Array; signature: Uint8Array },
  key: PublicKey = deviceKey.publicKey,
) => crypto.verify(key, read.covered, read.signature)

test('a response carries the counter of its command and the signature of the device', () => {
  const bytes = encodeResponse(command, { result: 'success' }, deviceKey, crypto)
  expect(bytes.length).toBe(117)
  const read = decodeResponse(bytes)
  if (!read.ok) throw new Error(read.reason)
  expect(read.value.response).toEqual({
    useCase: 'ECS47a',
    device: target,
    originator,
    counter: 7n,
    result: 'success',
  })
  expect(verifies(read.value)).toBe(true)
  expect(verifies(read.value, elsewhere.publicKey)).toBe(false)
})

test('a response with data carries it unchanged, and one with an error says which', () => {
  const read: Command = { useCase: 'ReadTariff', originator, target, counter: 1n }
  const data = Uint8Array.from({ length: 300 }, (_, index) => index & 0xff)
  const full = decodeResponse(encodeResponse(read, { result: 'success', data }, deviceKey, crypto))
  expect(full.ok && full.value.response.data).toEqual(data)
  const none = decodeResponse(
    encodeResponse(read, { result: 'objectUndefined' }, deviceKey, crypto),
  )
  expect(none.ok && none.value.response.result).toBe('objectUndefined')
  const command_ = encodePreCommand(command)
  expect(decodeResponse(attachSignature(command_, new Uint8Array(64)))).toMatchObject({
    ok: false,
    reason: 'HeaderMalformed',
  })
})

test('the answer to an activation of firmware is laid out as the one that is published', () => {
  const hash = new Uint8Array(32)
  const activation: Command = { useCase: 'CS06', originator, target, counter: 1000n, hash }
  const data = Uint8Array.of(0x01, 0x23, 0xab, 0xce)
  for (const [result, hex] of [
    ['success', '0b300902010004040123abce'],
    ['objectUndefined', '0b300902010104040123abce'],
  ] as const) {
    const bytes = encodeResponse(activation, { result, data }, deviceKey, crypto)
    expect(toHex(bytes)).toContain(`00020012${hex}40`)
    const read = decodeResponse(bytes)
    expect(read.ok && read.value.response).toMatchObject({ useCase: 'CS06', result, data })
  }
  expect(() => encodeResponse(activation, { result: 'success' }, deviceKey, crypto)).toThrow()
  const other = { result: 'otherReason', data } as const
  expect(() => encodeResponse(activation, other, deviceKey, crypto)).toThrow('outcome')
})

test('the answer to an update of credentials has an outcome for each cell, and is laid out as published', () => {
  const credentials = { useCase: 'CS02b', originator, target, counter: 1000n, ...update } as const
  const holder = (last: number) => ({
    organisation: originator,
    keyId: new Uint8Array(8).fill(last),
  })
  const cells: readonly CellReport[] = [
    {
      cell: { role: 'supplier', keyUsage: 'digitalSignature' },
      outcome: 'success',
      before: holder(1),
      after: holder(2),
    },
    { cell: { role: 'supplier', keyUsage: 'keyAgreement', topUp: true }, outcome: 'noTrustAnchor' },
  ]
  const answer = { result: 'otherReason', floor: 0n, topUpFloor: 0n, cells } as const
  const bytes = encodeResponse(credentials, answer, deviceKey, crypto)
  expect(toHex(bytes)).toContain(
    '0002010272' +
      '30700500' +
      '306c020203e8020102' +
      '30123010020102020100' +
      '30083006020100020100' +
      '304f' +
      '303430070201020302' +
      '07800a0100' +
      '0408000000000000000a04080101010101010101' +
      '0408000000000000000a04080202020202020202' +
      '3017' +
      '300a02010203020308020101' +
      '0a010a0400040004000400',
  )
  const read = decodeResponse(bytes)
  expect(read.ok && read.value.response).toMatchObject({ useCase: 'CS02b', ...answer })
  const claimed = { ...answer, result: 'success' } as const
  expect(() => encodeResponse(credentials, claimed, deviceKey, crypto)).toThrow('come to')
  const none = { result: 'success', cells: [] } as const
  expect(() => encodeResponse(credentials, none, deviceKey, crypto)).toThrow('each cell')
})

test('an alert names the command it is about', () => {
  const { controller, direction, levelPercent, from, until } = command
  const alert: Alert = {
    code: 'ECS101',
    device: target,
    recipient: stranger,
    counter: 3n,
    about: { party: originator, counter: 7n },
    controller,
    direction,
    levelPercent,
    from,
    until,
  }
  const bytes = encodeAlert(alert, deviceKey, crypto)
  const read = decodeAlert(bytes)
  if (!read.ok) throw new Error(read.reason)
  expect(read.value.alert).toEqual(alert)
  expect(verifies(read.value)).toBe(true)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const again = decodeAlert(changed)
    expect(again.ok && verifies(again.value)).toBe(false)
  }
})
