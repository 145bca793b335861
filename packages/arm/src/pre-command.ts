import { concat, copyOf, euiText } from './bytes.ts'
import { ByteReader, Unreadable } from './byte-reader.ts'

/** What an unsigned GBCS pre-command says, read from its bytes and from nothing else. */
export type PreCommand = {
  /** ECS47a *Set Auxiliary Controller State* or ECS47e *Limit APC Level*. */
  readonly useCase: 'ECS47a' | 'ECS47e'
  readonly originator: string
  readonly target: string
  readonly counter: bigint
  /** Auxiliary controller 1…5. */
  readonly controller: number
  /** `import` draws from the grid (charging). */
  readonly direction: 'import' | 'export'
  readonly levelPercent: number
  /** Milliseconds since 1970; the window of the arm. */
  readonly from: number
  readonly until: number
  /** `DF 09` … end of content: what is kept and forwarded, without signature. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

export type Decoded =
  | { readonly ok: true; readonly value: PreCommand }
  | { readonly ok: false; readonly problem: string }

/** More than any message of these two use cases; a longer one is not looked at. */
export const preCommandBytesMax = 512
const windowMillisMax = 24 * 3_600_000

/** Per message code: the use case, the last OBIS byte of start and end, and the script's OBIS. */
const useCases = [
  { code: 0x011e, useCase: 'ECS47a', startsAt: 1, script: 103 },
  { code: 0x011f, useCase: 'ECS47e', startsAt: 3, script: 107 },
] as const
type UseCase = (typeof useCases)[number]

/**
 * Reads a pre-command of ECS47a or ECS47e. Written from the wire facts alone, independent of the
 * code that makes these bytes, so that a mistake or a lie there is seen here.
 */
export function decodePreCommand(input: Uint8Array): Decoded {
  if (input.length > preCommandBytesMax) return { ok: false, problem: 'it is too long' }
  try {
    return { ok: true, value: read(copyOf(input)) }
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, problem: error.message }
    throw error
  }
}

function read(input: Uint8Array<ArrayBuffer>): PreCommand {
  const reader = new ByteReader(input)
  reader.expect([0xdf, 0x09, 0x01], 'the start of a command')
  const counter = reader.u64('the counter')
  reader.expect([0x08], 'the length of the originator')
  const originator = euiText(reader.take(8, 'the originator'))
  reader.expect([0x08], 'the length of the target')
  const target = euiText(reader.take(8, 'the target'))
  reader.expect([0x00, 0x02], 'the header after the target')
  const code = reader.u16('the message code')
  const useCase = useCases.find((row) => row.code === code)
  if (!useCase) throw new Unreadable(`message code ${code.toString(16)} is not an arm`)
  const contentLength = reader.length('the length of the content')
  const start = reader.position
  if (contentLength > reader.left) throw new Unreadable('it ends inside the content')
  const content = readContent(reader, useCase, counter)
  if (reader.position - start !== contentLength) throw new Unreadable('the content length is wrong')
  const end = reader.position
  // An unsigned form may state its empty signature as one zero byte.
  if (reader.left > 0) reader.expect([0x00], 'the place of the signature')
  if (reader.left > 0) throw new Unreadable('something follows its end')
  return {
    useCase: useCase.useCase,
    originator,
    target,
    counter,
    ...content,
    bytes: concat(input.subarray(0, end)),
  }
}

function readContent(reader: ByteReader, useCase: UseCase, counter: bigint) {
  const low = Number(counter & 0xffffffn)
  const invoke = [0xd9, 0x20, (low >> 16) & 0xff, (low >> 8) & 0xff, low & 0xff, 0x00]
  reader.expect(invoke, 'the invocation')
  reader.expect([0x03], 'the number of orders')
  reader.expect([0x02, 0x00, 0x01, 0x00, 0x00, 94, 44], 'the order for the start')
  const register = reader.u8('the register of the controller')
  reader.expect([useCase.startsAt, 0x02], 'the register of the start')
  const endRegister = [0x02, 0x00, 0x01, 0x00, 0x00, 94, 44, register, useCase.startsAt + 1, 0x02]
  reader.expect(endRegister, 'the order for the end')
  const script = [0x03, 0x00, 0x09, 0x00, 0x00, 10, 0, useCase.script, 255, 0x01]
  reader.expect(script, 'the order for the level')
  reader.expect([0x03], 'the number of values')
  const from = readDateTime(reader, 'the start')
  const until = readDateTime(reader, 'the end')
  if (until <= from) throw new Unreadable('its window ends before it starts')
  if (until - from > windowMillisMax) throw new Unreadable('its window is longer than 24 hours')
  reader.expect([0x12], 'the level')
  const setting = reader.u16('the level')
  return { ...readSetting(setting, register - 116), from, until }
}

/** `0x1000` output (towards the car) or `0x2000` input, controller in bits 8–10, per cent below. */
function readSetting(setting: number, registerController: number) {
  const side = setting & 0xf000
  if (side !== 0x1000 && side !== 0x2000) throw new Unreadable('it names no direction')
  const controller = (setting >> 8) & 0x0f
  if (controller < 1 || controller > 5) throw new Unreadable('it names no controller')
  if (controller !== registerController) throw new Unreadable('it names two controllers')
  const levelPercent = setting & 0xff
  if (levelPercent > 100) throw new Unreadable('its level is above 100 %')
  const direction: PreCommand['direction'] = side === 0x1000 ? 'import' : 'export'
  return { controller, direction, levelPercent }
}

/** DLMS date-time in UTC: `09 0C yyyy mm dd FF hh mm ss 00 80 00 FF`. */
function readDateTime(reader: ByteReader, what: string): number {
  reader.expect([0x09, 0x0c], what)
  const year = reader.u16(what)
  const month = reader.u8(what)
  const day = reader.u8(what)
  reader.expect([0xff], what)
  const hour = reader.u8(what)
  const minute = reader.u8(what)
  const second = reader.u8(what)
  reader.expect([0x00, 0x80, 0x00, 0xff], what)
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // Date rolls 31 February over to March; a date that changes in the reading never was one.
  const same =
    year >= 2000 &&
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute &&
    at.getUTCSeconds() === second
  if (!same) throw new Unreadable(`${what} is not a date and time`)
  return at.getTime()
}
