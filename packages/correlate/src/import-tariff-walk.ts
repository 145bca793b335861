import { toHex } from '@interlock/kernel'
import { dateAt, dayAt, executionAt, hex, listOf, two } from './calendar-walk.ts'
import type { Facts } from './mismatch.ts'
import { Unaccounted, walker, type Walker } from './walker.ts'

const calendar = '001400000d0000ff'
const charges = ['00710000131404ff', '00710000131400ff'] as const
const currency = '232800005e2c0200'
/** What is set, in order: tables of the calendar, eight of thresholds, money, and six dates. */
const objects = [
  `${calendar}07`,
  `${calendar}08`,
  `${calendar}09`,
  '000b00010b0000ff02',
  ...[0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12].map(
    (each) => `001500001001${hex(each, 1)}ff02`,
  ),
  `${currency}04`,
  ...charges.map((each) => `${each}06`),
  `${calendar}0a`,
  '232800005e2c801d06',
  `${currency}06`,
  ...charges.map((each) => `${each}07`),
  '232800003f0101ff06',
]

/** Twenty-one objects set: all tables of a tariff, and six times the date from which they hold. */
export function walkImportTariff(content: Uint8Array, counter: Uint8Array): Facts {
  const at = walker(content)
  at.expect(`d920${toHex(counter.subarray(5))}0015`)
  for (const object of objects) at.expect(`02${object}`)
  at.expect('15')
  const seasons = listOf(at, () => seasonAt(at))
  const weeks = listOf(at, () => weekAt(at))
  const days = listOf(at, () => dayProfileAt(at))
  const special = listOf(at, (number) => {
    at.expect(`020312${hex(number, 2)}`)
    return `${dateAt(at)}/${numberAt(at)}`
  })
  const thresholds = Array.from({ length: 8 }, () => listOf(at, () => thresholdAt(at)).join(','))
  at.expect('03ff')
  const standing = chargesAt(at, '00', '0000' + '0906000000000000' + '0f00', [''])
  const prices = chargesAt(at, '03', '0003' + '09060100010800ff' + '0f02', registers)
  const execution = executionAt(at)
  for (let more = 0; more < 5; more++) if (executionAt(at) !== execution) throw new Unaccounted()
  at.end()
  return {
    Seasons: seasons.join(' '),
    Weeks: weeks.join(' '),
    Days: days.join(' '),
    SpecialDays: special.join(' '),
    Thresholds: thresholds.join(' '),
    StandingCharge: standing,
    Prices: prices,
    Execution: execution,
  }
}

function numberAt(at: Walker): number {
  at.expect('11')
  return at.number(1)
}

/** `name in hex/date/week`: a name may hold any character. */
function seasonAt(at: Walker): string {
  at.expect('0203' + '09')
  const name = toHex(at.take(at.number(1)))
  at.expect('090c')
  const date = dayAt(at)
  at.expect('000000008000ff' + '0901')
  return `${name}/${date}/${at.number(1)}`
}

/** `name/day,day…`, Monday first. */
function weekAt(at: Walker): string {
  at.expect('0208' + '0901')
  const name = at.number(1)
  return `${name}/${Array.from({ length: 7 }, () => numberAt(at)).join(',')}`
}

/** `name/time=register,…`. */
function dayProfileAt(at: Walker): string {
  at.expect('0202')
  const name = numberAt(at)
  const switches = listOf(at, () => {
    at.expect('0203' + '0904')
    const time = [at.number(1), at.number(1), at.number(1)].map(two).join(':')
    at.expect('00' + '090600000a0064ff' + '12')
    return `${time}=${at.number(2)}`
  })
  return `${name}/${switches.join(',')}`
}

function thresholdAt(at: Walker): string {
  at.expect('06')
  return String(at.number(4))
}

/** Indices of the prices: forty-eight by time of use, then block by block of the eight with blocks. */
const registers = Array.from({ length: 80 }, (_, at) =>
  at < 48 ? hex(at + 1, 1) : 'abcd'.charAt((at - 48) >> 3) + String(((at - 48) & 7) + 1),
)

/** `scale: amount amount…`, one for each index; the scale is a power of ten. */
function chargesAt(at: Walker, power: string, of: string, indices: readonly string[]): string {
  at.expect('0203' + `02020f${power}` + '0f')
  const scale = (at.number(1) << 24) >> 24
  at.expect(`020312${of}`)
  at.expect(`01${hex(indices.length, 1)}`)
  const amounts = indices.map((index) => {
    at.expect(`020209${hex(index.length / 2, 1)}${index}` + '10')
    return (at.number(2) << 16) >> 16
  })
  return `${scale}: ${amounts.join(' ')}`
}
