import {
  addMac,
  decodeResponse,
  encodePreCommand,
  encodeUnsignedCommand,
  signPreCommand,
  type Command,
} from '@interlock/gbcs'
import {
  nodeCrypto as crypto,
  openAudit,
  openJournal,
  silentLog,
  temporaryDir,
} from '@interlock/host'
import { eui64, fromIso, instant, toHex, unobserved, utf8 } from '@interlock/kernel'
import { trustAnchorCells } from '@interlock/seal'
import { tariffBytes } from '@interlock/tariff'
import { expect, test } from 'vitest'
import { answerCommand, ofSupplier } from './commands.ts'
import { openTariffMemory } from './tariff-memory.ts'

const supplier = crypto.generateKey().key
const broker = crypto.generateKey().key
const own = crypto.generateKey().key
const originator = eui64('02-00-00-00-00-00-00-06')
const target = eui64('02-00-00-03-00-00-00-01')
const from = fromIso('2026-01-05T00:00:00Z') ?? instant(0)
/** The hash of the one image that the meter holds. */
const image = crypto.sha256(utf8('image'))
const clock = { now: () => from, after: () => ({ cancel: unobserved.begin('') }) }

/** A meter on a journal of its own; `again` opens the same journal after a crash. */
function meter(dir = temporaryDir('interlock-meter')) {
  const journal = openJournal(`${dir}/meter.journal`)
  const memory = openTariffMemory(journal, () => {})
  const audit = openAudit({ path: `${dir}/audit.jsonl`, actor: 'meter', clock })
  const anchors = {
    eui: target,
    keyAgreement: own,
    brokerKey: broker.publicKey,
    signer: (eui: string, useCase: string) =>
      eui === originator && ofSupplier.some((each) => each === useCase)
        ? supplier.publicKey
        : undefined,
    lastCounter: memory.lastCounter.bind(memory),
  }
  const firmware = { version: '00010000', images: new Map([[toHex(image), '00010001']]) }
  const cells = trustAnchorCells({}, () => memory.cells(), crypto)
  const given = { cells, roots: [], clock, wall: clock, crypto, log: silentLog }
  const parts = { anchors, memory, firmware, audit, ...given }
  return {
    memory,
    send(bytes: Uint8Array): string {
      const answer = answerCommand(bytes, parts)
      const read = answer && decodeResponse(answer)
      return read?.ok ? read.value.response.result : 'discarded'
    },
    /** What it says to an activation: outcome, and the version that runs. */
    activates(hash: Uint8Array, counter: number, change: Partial<Command> = {}): string {
      const answer = answerCommand(activation(hash, counter, change), parts)
      const read = answer && decodeResponse(answer)
      if (!read?.ok) return 'discarded'
      const { result, data } = read.value.response
      return `${result} ${toHex(data ?? new Uint8Array())}`
    },
    again() {
      journal.close()
      audit.close()
      return meter(dir)
    },
  }
}

const keys = { own: broker, peer: own.publicKey }
const tariff = (version: number, counter: number, change: Partial<Command> = {}): Uint8Array => {
  const body = { originator, target, counter: BigInt(counter), version, from, prices: [1, -2] }
  const bytes = encodePreCommand({
    useCase: 'UpdateHalfHourlyTariff',
    ...body,
    ...change,
  } as Command)
  return addMac(signPreCommand(bytes, supplier, crypto), 'signed', keys, crypto)
}

const activation = (hash: Uint8Array, counter: number, change: Partial<Command>): Uint8Array => {
  const command = { useCase: 'CS06', originator, target, counter: BigInt(counter), hash } as const
  const bytes = encodePreCommand({ ...command, ...change } as Command)
  return addMac(signPreCommand(bytes, supplier, crypto), 'signed', keys, crypto)
}

test('firmware that the meter holds is activated once, and runs over a crash', () => {
  const first = meter()
  expect(first.activates(image, 10)).toBe('success 00010001')
  expect(first.activates(image, 10)).toBe('discarded')
  const second = first.again()
  expect(second.memory.firmware()).toBe('00010001')
  expect(second.activates(image, 10)).toBe('discarded')
})

test('a command whose date was cancelled is refused once the time has come with a counter above it', () => {
  const time = addMac(
    signPreCommand(
      encodePreCommand({
        useCase: 'ECS70',
        originator,
        target,
        counter: 21n,
        from,
        until: instant(from + 60_000),
      }),
      supplier,
      crypto,
    ),
    'signed',
    keys,
    crypto,
  )
  // The attack: whoever kept the signed command delivers it after all. A word to the data company alone ends nothing.
  expect(meter().activates(image, 20)).toBe('success 00010001')
  const told = meter()
  expect(told.send(time)).toBe('success')
  expect(told.activates(image, 20)).toBe('discarded')
  expect(told.again().activates(image, 20)).toBe('discarded')
  expect(told.memory.firmware()).toBeUndefined()
})

test('firmware that the meter does not hold never runs, whoever signs for it', () => {
  const one = meter()
  const forged = crypto.sha256(utf8('another image'))
  expect(one.activates(forged, 10)).toBe('objectUndefined 00010000')
  expect(one.memory.firmware()).toBeUndefined()
  const stranger = eui64('02-00-00-00-00-00-00-07')
  expect(one.activates(image, 11, { originator: stranger })).toBe('discarded')
  expect(one.memory.firmware()).toBeUndefined()
  expect(one.activates(image, 11)).toBe('success 00010001')
})

test('a tariff is kept, with its signature, over a crash', () => {
  const first = meter()
  expect(first.send(tariff(1, 10))).toBe('success')
  const second = first.again()
  expect(second.memory.tariff()?.tariff).toMatchObject({ version: 1, prices: [1, -2] })
  expect(second.memory.tariff()?.signed).toEqual(first.memory.tariff()?.signed)
})

test('a command replayed, before or after a crash, is discarded', () => {
  const first = meter()
  const command = tariff(1, 10)
  expect(first.send(command)).toBe('success')
  expect(first.send(command)).toBe('discarded')
  const second = first.again()
  expect(second.send(command)).toBe('discarded')
  expect(second.send(tariff(2, 9))).toBe('discarded')
  expect(second.send(tariff(2, 11))).toBe('success')
})

test('an older tariff is refused, and its counter is used up all the same', () => {
  const one = meter()
  expect(one.send(tariff(5, 10))).toBe('success')
  expect(one.send(tariff(5, 11))).toBe('otherReason')
  expect(one.send(tariff(4, 12))).toBe('otherReason')
  expect(one.send(tariff(6, 12))).toBe('discarded')
  expect(one.memory.tariff()?.tariff).toMatchObject({ version: 5 })
})

const document = (version: number, said = version): Uint8Array =>
  tariffBytes({
    tariff: 'one-price',
    clock: 'Europe/London',
    versions: [
      {
        version: said,
        validFrom: '2026-01-05T00:00:00Z',
        standingChargePencePerDay: 47.85,
        halfHourlyPencePerKilowattHour: [27.3],
      },
    ],
  })
const carried = (version: number, counter: number, bytes = document(version)): Uint8Array => {
  const id = { useCase: 'UpdateTariffDocument', originator, target } as const
  const command = encodePreCommand({ ...id, counter: BigInt(counter), version, document: bytes })
  return addMac(signPreCommand(command, supplier, crypto), 'signed', keys, crypto)
}

test('a tariff document is kept over a crash, and versions of both kinds are one series', () => {
  const first = meter()
  expect(first.send(tariff(1, 10))).toBe('success')
  expect(first.send(carried(2, 11))).toBe('success')
  const second = first.again()
  expect(second.memory.tariff()?.tariff).toMatchObject({ version: 2, document: document(2) })
  expect(second.send(tariff(2, 12))).toBe('otherReason')
  expect(second.send(carried(1, 13))).toBe('otherReason')
  expect(second.send(tariff(3, 14))).toBe('success')
})

test('a document that is no tariff, or of another version than the command, is not kept', () => {
  const one = meter()
  expect(one.send(carried(1, 10, utf8('{}')))).toBe('otherReason')
  expect(one.send(carried(2, 11, document(2, 1)))).toBe('otherReason')
  expect(one.memory.tariff()).toBeUndefined()
  expect(one.send(carried(1, 11))).toBe('discarded')
  expect(one.send(carried(1, 12))).toBe('success')
})

test('nobody but the supplier sets a tariff, and nobody arms a meter', () => {
  const one = meter()
  expect(one.send(tariff(1, 10, { originator: eui64('02-00-00-00-00-00-00-07') }))).toBe(
    'discarded',
  )
  const load = {
    controller: 1,
    direction: 'import',
    levelPercent: 0,
    from,
    until: instant(from + 1000),
  }
  const arm = { useCase: 'ECS47a', originator, target, counter: 20n, ...load } as Command
  const bytes = signPreCommand(encodePreCommand(arm), supplier, crypto)
  expect(one.send(addMac(bytes, 'signed', keys, crypto))).toBe('discarded')
  expect(one.memory.tariff()).toBeUndefined()
})

test('a tariff is read without a counter, by whoever the data company lets', () => {
  const one = meter()
  const read = { useCase: 'ReadTariff', originator: target, target, counter: 1n } as const
  const frame = addMac(encodeUnsignedCommand(read), 'unsigned', keys, crypto)
  expect(one.send(frame)).toBe('objectUndefined')
  one.send(tariff(1, 10))
  expect(one.send(frame)).toBe('success')
})

const setting = (at: number, counter: number, seconds = 60, key = supplier): Uint8Array => {
  const times = { from: instant(at), until: instant(at + 1000 * seconds) }
  const command = {
    useCase: 'ECS70',
    originator,
    target,
    counter: BigInt(counter),
    ...times,
  } as const
  return addMac(signPreCommand(encodePreCommand(command), key, crypto), 'signed', keys, crypto)
}

test('a time of the network confirms the clock of a meter or contradicts it, also over a crash (6.11)', () => {
  const first = meter()
  expect(first.send(setting(from, 10))).toBe('success')
  // Ten seconds are within what two clocks may differ by.
  expect(first.send(setting(from + 10_000, 11))).toBe('success')
  expect(first.send(setting(from - 71_000, 12))).toBe('otherReason')
  expect(first.memory.clockAgrees()).toBe(false)
  const second = first.again()
  expect(second.memory.clockAgrees()).toBe(false)
  expect(second.send(setting(from, 12))).toBe('discarded')
  expect(second.send(setting(from, 13, 60, broker))).toBe('discarded')
  expect(second.send(setting(from, 14, 86_401))).toBe('otherReason')
  expect(second.memory.clockAgrees()).toBe(false)
  expect(second.send(setting(from, 15))).toBe('success')
  expect(second.again().memory.clockAgrees()).toBe(true)
})

test('a meter without a load to put off refuses a random offset, with its signature (7.12)', () => {
  const one = meter()
  const limit = { useCase: 'ECS38', originator, target, counter: 10n, limitSeconds: 600 } as const
  const frame = addMac(
    signPreCommand(encodePreCommand(limit), supplier, crypto),
    'signed',
    keys,
    crypto,
  )
  expect(one.send(frame)).toBe('objectUndefined')
  expect(one.send(frame)).toBe('discarded')
})

test('certificates and their floor are kept over a crash, and a floor lowers no counter', () => {
  const first = meter()
  first.memory.use(originator, 10n)
  first.memory.replace({ 'supplier digitalSignature': 'MAA=' }, { originator, counter: 100n })
  const second = first.again()
  expect(second.memory.cells()).toEqual({ 'supplier digitalSignature': 'MAA=' })
  expect(second.memory.lastCounter(originator)).toBe(100n)
  second.memory.replace({ 'supplier digitalSignature': 'MAE=' }, { originator, counter: 7n })
  const third = second.again()
  expect(third.memory.cells()).toEqual({ 'supplier digitalSignature': 'MAE=' })
  expect(third.memory.lastCounter(originator)).toBe(100n)
})

test('a meter without a root takes no certificate, whoever signs for it', () => {
  const one = meter()
  const certificate = Uint8Array.of(0x30, 0)
  const update: Command = {
    useCase: 'CS02b',
    originator,
    target,
    counter: 10n,
    floor: 0n,
    replacements: [{ cell: { role: 'supplier', keyUsage: 'digitalSignature' }, certificate }],
    path: [],
    timeChecks: true,
  }
  const signed = signPreCommand(encodePreCommand(update), supplier, crypto)
  expect(one.send(addMac(signed, 'signed', keys, crypto))).toBe('otherReason')
  expect(one.memory.cells()).toBeUndefined()
})
