import { toHex } from '@interlock/kernel'
import type { Facts } from './mismatch.ts'
import { lengthAt, Unaccounted, walker, type Walker } from './walker.ts'

/** Four objects set: special days, schedules, and twice the same time at which they come into force. */
export function walkCalendar(content: Uint8Array, counter: Uint8Array): Facts {
  const at = walker(content)
  at.expect(`d920${toHex(counter.subarray(5))}0004`)
  at.expect('02000b00010b0003ff02' + '02000a00010c0002ff02')
  at.expect('02232800005e2c801a06' + '02232800005e2c802306' + '04')
  const days = listOf(at, (number) => {
    at.expect(`020312${hex(number, 2)}`)
    const date = dateAt(at)
    at.expect(`11${hex(number, 1)}`)
    return date
  })
  const schedules = listOf(at, (number) => scheduleAt(at, number, days.length))
  const execution = executionAt(at)
  if (executionAt(at) !== execution) throw new Unaccounted()
  at.end()
  return { SpecialDays: days.join(' '), Schedules: schedules.join(' '), Execution: execution }
}

export const hex = (value: number, bytes: number): string =>
  value.toString(16).padStart(2 * bytes, '0')

export function listOf(at: Walker, one: (number: number) => string): readonly string[] {
  at.expect('01')
  const count = lengthAt(at)
  return Array.from({ length: count }, (_, index) => one(index + 1))
}

/** `controller/direction/level/time/weekdays/special days/first/last`. */
function scheduleAt(at: Walker, number: number, days: number): string {
  at.expect(`020a12${hex(number, 2)}03ff` + '090600000a0067ff' + '12')
  const high = at.number(1)
  const level = at.number(1) - 0x80
  const direction = { 0x10: 'output', 0x20: 'input' }[high & 0xf0]
  if (direction === undefined || level < 0 || level > 100) throw new Unaccounted()
  at.expect('0904')
  const time = [at.number(1), at.number(1), at.number(1)].map(two).join(':')
  at.expect('00' + '12ffff')
  const weekdays = bitsAt(at, 7)
  const special = bitsAt(at, days)
  const [first, last] = [dateAt(at), dateAt(at)]
  return [high & 0x0f, direction, level, time, weekdays, special, first, last].join('/')
}

/** The places of the bits that are set, from 1; there are none beside those that have a meaning. */
function bitsAt(at: Walker, count: number): string {
  at.expect(`04${hex(count, 1)}`)
  const bits = Array.from({ length: Math.ceil(count / 8) }, () =>
    at.number(1).toString(2).padStart(8, '0'),
  ).join('')
  if (bits.slice(count).includes('1')) throw new Unaccounted()
  const places = Array.from({ length: count }, (_, index) => index)
  return places.flatMap((index) => (bits[index] === '1' ? [index + 1] : [])).join(',')
}

export const two = (value: number): string => String(value).padStart(2, '0')

export function dateAt(at: Walker): string {
  at.expect('0905')
  return dayAt(at)
}

/** The four bytes of a date, and the day of the week that is left open. */
export function dayAt(at: Walker): string {
  const year = at.number(2)
  const date = `${year === 0xffff ? 'any' : year}-${two(at.number(1))}-${two(at.number(1))}`
  at.expect('ff')
  return date
}

export function executionAt(at: Walker): string {
  at.expect('090c')
  const bytes = toHex(at.take(12))
  if (bytes === '0000000000000000008000ff') return 'at once'
  if (bytes === 'ffffffffffffffffff8000ff') return 'never'
  const found = /^(.{4})(..)(..)ff(..)(..)(..)008000ff$/.exec(bytes)
  if (found === null) throw new Unaccounted()
  const [year = 0, ...rest] = found.slice(1).map((each) => parseInt(each, 16))
  const [month = '', day = '', hour = '', minute = '', second = ''] = rest.map(two)
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`
}
