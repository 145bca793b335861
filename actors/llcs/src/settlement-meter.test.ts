import {
  assert,
  Fault,
  inMinutes,
  inSeconds,
  instant,
  millis,
  plus,
  type Millis,
} from '@interlock/kernel'
import { testClock } from '@interlock/kernel/clock.fixture'
import type { Journal } from '@interlock/store'
import { expect, test } from 'vitest'
import { encodeReading } from './core/register-reading.ts'
import { halfHourMillis, type SettlementEntry } from './core/settlement.ts'
import { startFrontEnd } from './fixture/front-end.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'
import { openSettlementBook, settlementDaysMax, settlementEntriesMax } from './settlement-book.ts'

/** An LLCS with its meter, and a front end that says something when a test has it do so. */
async function metered() {
  const frontEnd = await startFrontEnd()
  const place = { host: '127.0.0.1', port: frontEnd.port }
  const to = await scene({ settlementMeter: { ...place, lostMillisMax: 600_000 } })
  let number = 0
  /** Its meter before and after a restart. */
  const lives = new Set<ReturnType<typeof meterOf>>()
  const registers = { importWattHours: 40_000, exportWattHours: 7 }
  const meterOf = () => {
    const { settlement } = to.llcs
    assert(settlement !== undefined, 'it has a meter')
    return settlement
  }
  const say = async (after: Millis, wattHours = 0): Promise<void> => {
    await to.clock.advance(after)
    const meter = meterOf()
    lives.add(meter)
    const connections = () => [...lives].reduce((sum, each) => sum + each.connections, 0)
    const isHeard = () => meter.isConnected && connections() === frontEnd.connections()
    await until(isHeard, 'the connection')
    const before = meter.readings
    registers.importWattHours += wattHours
    frontEnd.say(encodeReading({ number: number++, ...registers }))
    await until(() => meter.readings > before, 'a reading')
  }
  return {
    to,
    registers,
    meterOf,
    say,
    /** From the first second of a half-hour to that of the next. */
    halfHour: async (wattHours: number): Promise<void> => {
      for (const minutes of [9, 9, 9]) await say(inMinutes(minutes), wattHours / 3)
      await say(millis(179_000))
      await say(inSeconds(1))
    },
  }
}

test('half-hours are counted from the front end, over a restart too; what it does not say is on the record', async () => {
  const { to, say, halfHour, meterOf, registers } = await metered()
  await say(millis(0))
  await halfHour(900)
  await halfHour(1_500)
  expect(meterOf().spans()).toEqual([
    {
      from: plus(start, inMinutes(30)),
      until: plus(start, inMinutes(60)),
      importWattHours: 1_500,
      exportWattHours: 0,
    },
  ])
  await to.restart()
  await halfHour(600)
  expect(
    meterOf()
      .spans()
      .map(({ importWattHours }) => importWattHours),
  ).toEqual([1_500, 600])

  // A meter that was changed for another, and then says nothing.
  registers.importWattHours = 3
  await say(inSeconds(1))
  expect(meterOf().doubts.get('RegisterFell')).toBe(1)
  await to.clock.advance(inMinutes(10) + 5_000)
  expect(meterOf().isLost).toBe(true)
  await say(inSeconds(1))
  await to.clock.advance(inSeconds(5))
  expect(meterOf().isLost).toBe(false)
  const kinds = to.recorded('Settlement').map(({ kind }) => kind)
  expect(kinds).toEqual(['SettlementDoubted', 'SettlementLost', 'SettlementMeasured'])
})

test('a book that could not keep a boundary has it not; what is older than a quarter of a year is not read', () => {
  const clock = testClock(start)
  let lines: SettlementEntry[] = []
  const disk = { isFull: false, isLong: false }
  const journal: Journal = {
    entries: () => lines,
    append(entry) {
      if (disk.isFull) throw new Fault('DiskFull', 'no space left')
      lines = [...lines, entry as SettlementEntry]
    },
    get isLong() {
      return disk.isLong
    },
    rewrite: (entries) => void (lines = entries as SettlementEntry[]),
    close() {},
  }
  const at = (number: number) => instant(start + number * halfHourMillis)
  const boundary = (number: number): SettlementEntry => ({
    kind: 'boundary',
    at: at(number),
    importWattHours: 1_000 * number,
    exportWattHours: 0,
  })
  const book = openSettlementBook(journal, clock)
  for (const number of [0, 1, 2, 4]) book.keep(boundary(number))
  disk.isFull = true
  expect(() => book.keep(boundary(5))).toThrow(/no space/)
  disk.isFull = false
  expect(book.counting).toEqual({ entry: boundary(4), boundaryAt: at(4) })
  const untils = (from: number, until: number) =>
    book.halfHours(at(from), at(until)).map((span) => (span.until - start) / halfHourMillis)
  // What ends at either end is in it, and what is longer than a half-hour is none.
  expect([untils(0, 9), untils(2, 2), untils(3, 9)]).toEqual([[1, 2], [2], []])
  expect(book.spans()).toHaveLength(3)
  expect(openSettlementBook(journal, clock).spans()).toEqual(book.spans())

  const days = settlementDaysMax * 48
  const later = openSettlementBook(journal, testClock(at(days + 1)))
  expect(later.spans().map((span) => (span.until - start) / halfHourMillis)).toEqual([2, 4])
  disk.isLong = true
  // A clock that is ahead throws nothing away.
  later.keep(boundary(10 * days))
  expect(lines.map((entry) => (entry.at - start) / halfHourMillis)).toEqual([0, 1, 2, 4, 10 * days])
  expect(later.clockConfirmed()).toBe(true)
  expect(later.counting).toMatchObject({ entry: { doubt: 'ClockAhead' }, boundaryAt: at(4) })
  expect(later.clockConfirmed()).toBe(false)
  lines = Array.from({ length: settlementEntriesMax }, (_, number) => boundary(number))
  openSettlementBook(journal, clock).keep(boundary(settlementEntriesMax))
  expect([lines.length, lines[0]]).toEqual([settlementEntriesMax, boundary(1)])
})
