import { toHex } from '@interlock/kernel'
import { walkCalendar } from './calendar-walk.ts'
import { walkImportTariff } from './import-tariff-walk.ts'
import { walkCredentials } from './credentials-walk.ts'
import type { Facts } from './mismatch.ts'
import { lengthAt, Unaccounted, walker, type Walker } from './walker.ts'

/** What the pre-command says; `undefined` when some byte of it is not accounted for. */
export function preCommandFacts(bytes: Uint8Array): Facts | undefined {
  try {
    return walk(bytes)
  } catch (error) {
    if (error instanceof Unaccounted) return undefined
    throw error
  }
}

function walk(bytes: Uint8Array): Facts {
  const at = walker(bytes)
  at.expect('df0901')
  const counter = at.take(8)
  at.expect('08')
  const originator = toHex(at.take(8))
  at.expect('08')
  const target = toHex(at.take(8))
  at.expect('0002')
  const code = toHex(at.take(2))
  const content = at.take(lengthAt(at))
  at.end()
  const walked = (walks[code] ?? walkLoadControl)(content, counter, code)
  return {
    Originator: originator,
    Target: target,
    Counter: BigInt(`0x${toHex(counter)}`).toString(),
    MessageCode: code,
    ...walked,
  }
}

/** F of the period's start, of its end, and D of the script, by message code. */
const objects: Readonly<Record<string, readonly [string, string, string]>> = {
  '011e': ['01', '02', '67'],
  '011f': ['03', '04', '6b'],
  f005: ['01', '02', '67'],
  f006: ['01', '02', '67'],
}

function walkLoadControl(content: Uint8Array, counter: Uint8Array, code: string): Facts {
  const [start, end, script] = objects[code] ?? []
  if (start === undefined || end === undefined || script === undefined) throw new Unaccounted()
  const at = walker(content)
  at.expect(`d920${toHex(counter.subarray(5))}0003`)
  at.expect('02000100005e2c')
  const controller = at.number(1) - 116
  at.expect(`${start}02`)
  at.expect('02000100005e2c')
  if (at.number(1) - 116 !== controller) throw new Unaccounted()
  at.expect(`${end}02`)
  at.expect(`03000900000a00${script}ff01`)
  at.expect('03')
  const from = dateTimeAt(at)
  const until = dateTimeAt(at)
  at.expect('12')
  const high = at.number(1)
  const level = at.number(1)
  at.end()
  const direction = { 0x10: 'output', 0x20: 'input' }[high & 0xf0]
  if (direction === undefined || (high & 0x0f) !== controller) throw new Unaccounted()
  return {
    Controller: String(controller),
    Direction: direction,
    Level: String(level),
    Start: from,
    End: until,
  }
}

/** One object set: 0-0:94.44.0.1, attribute 2, to a whole number of seconds. */
function walkOffsetLimit(content: Uint8Array, counter: Uint8Array): Facts {
  const at = walker(content)
  at.expect(`d920${toHex(counter.subarray(5))}0001`)
  at.expect('02000100005e2c000102')
  at.expect('0112')
  const limit = at.number(2)
  at.end()
  return { OffsetLimit: String(limit) }
}

/** DER: the hash of the image, and the counter once more, without leading zeros that it needs not. */
function walkFirmware(content: Uint8Array, counter: Uint8Array): Facts {
  const digits = toHex(counter).replace(/^(?:00){0,7}/, '')
  const number = /^[89a-f]/.test(digits) ? `00${digits}` : digits
  const hex = (bytes: number): string => bytes.toString(16).padStart(2, '0')
  const at = walker(content)
  at.expect(`30${hex(36 + number.length / 2)}0420`)
  const hash = toHex(at.take(32))
  at.expect(`02${hex(number.length / 2)}${number}`)
  at.end()
  return { FirmwareHash: hash }
}

/** The clock: its source, a time left open between two that are given, take it, and two reads. */
function walkClock(content: Uint8Array, counter: Uint8Array): Facts {
  const at = walker(content)
  at.expect(`d920${toHex(counter.subarray(5))}0005`)
  const clock = '00080000010000ff'
  at.expect(`02${clock}09` + `03${clock}05` + `03${clock}04` + `01${clock}02` + `01${clock}04`)
  at.expect('051605' + '0203' + '090cffffffffffffffffff8000ff')
  const from = dateTimeAt(at)
  const until = dateTimeAt(at)
  at.expect('0f000000')
  at.end()
  return { Start: from, End: until }
}

/** A DLMS octet string of 12: date, time, no day of the week, hundredths zero, in UTC. */
function dateTimeAt(at: Walker): string {
  at.expect('090c')
  const two = (): string => String(at.number(1)).padStart(2, '0')
  const date = `${String(at.number(2)).padStart(4, '0')}-${two()}-${two()}`
  at.expect('ff')
  const time = `${two()}:${two()}:${two()}`
  at.expect('008000ff')
  return `${date}T${time}`
}

function walkTariff(content: Uint8Array): Facts {
  const at = walker(content)
  at.expect('f1')
  const version = at.number(4)
  const seconds = at.number(8)
  const count = at.number(2)
  const prices = Array.from({ length: count }, () => at.number(4) | 0)
  at.end()
  if (seconds > 253_402_300_799) throw new Unaccounted()
  const from = new Date(seconds * 1000).toISOString().slice(0, 19)
  return { TariffVersion: String(version), Start: from, Prices: prices.join(' ') }
}

function walkTariffDocument(content: Uint8Array): Facts {
  const at = walker(content)
  at.expect('f3')
  const version = at.number(4)
  const document = toHex(at.take(Math.max(0, content.length - 5)))
  at.end()
  return { TariffVersion: String(version), Document: document }
}

/** By message code; every other code is read as load control, which knows its own. */
const walks: Readonly<Record<string, typeof walkLoadControl>> = {
  '004b': walkOffsetLimit,
  '0012': walkFirmware,
  '0019': walkImportTariff,
  '0062': walkClock,
  '011a': walkCalendar,
  '0102': walkCredentials,
  '0126': walkCredentials,
  f001: walkTariff,
  f003: walkTariffDocument,
}
