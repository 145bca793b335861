import { instant, toIso, type Instant } from '@interlock/kernel'
import type { GroupMeasurements, Message } from '@interlock/oscp'
import { groupBlockMillis } from '@interlock/power'
import { expect, test } from 'vitest'
import { createFeederMeasurements } from './feeder-measurements.ts'
import { keyed, reporting, toldSets } from './reports.fixture.ts'
import { evening, group } from './street.fixture.ts'

const edge = (block: number): Instant => instant(evening + block * groupBlockMillis)
const reported = { ...group, reported: true }

/** Eight chargers of a reported feeder, and what the operator is told. */
function feeder(count = 8) {
  let now = edge(0)
  const views = Array.from({ length: count }, (_, i) => reporting(i + 1, 0))
  const told: [since: Instant, wattHours: number][] = []
  const book = {
    isThere: true,
    tell: (_: unknown, { body }: Message) => {
      if (!book.isThere) return false
      const [first] = (body as GroupMeasurements).measurements
      if (first?.since !== undefined) told.push([first.since, first.value])
      return true
    },
  }
  const context = { views: keyed(views), deps: { clock: { now: () => now } } }
  const measurements = createFeederMeasurements(context as never, book, toldSets())
  const [first] = views
  if (first === undefined) throw new Error('no charger')
  const say = (view: typeof first, at: Instant, wattHours: number, evse = 1) =>
    measurements.metered(view.record.stationId, evse, [
      { timestamp: toIso(at), sampledValue: [{ value: wattHours }] },
    ])
  /** As it is said when that time has come. */
  const read: typeof say = (view, at, ...reading) => {
    now = instant(Math.max(now, at))
    say(view, at, ...reading)
  }
  const look = (at: Instant, of = reported) => {
    now = at
    measurements.look(of)
  }
  return { views, first, others: views.slice(1), told, book, read, say, look }
}

test('a block is told when the readings of its end have come, and once', () => {
  const { views, first, others, told, read, look } = feeder()
  for (const view of views) read(view, edge(0), 1_000)
  look(edge(1))
  expect(told).toEqual([])
  for (const view of others) read(view, edge(1), 1_100)
  look(instant(edge(1) + 60_000))
  expect(told).toEqual([])
  // A timer may be late by a moment.
  read(first, instant(edge(1) + 2_000), 2_850)
  look(instant(edge(1) + 120_000))
  look(instant(edge(1) + 180_000))
  expect(told).toEqual([[edge(0), 1_850 + 700]])
})

test('what a charger drew while it was away goes to the blocks in which it did, whenever that is known', () => {
  const { first, others, views, told, read, look } = feeder()
  for (const view of views) read(view, edge(0), 0)
  for (const block of [1, 2, 3, 4]) for (const view of others) read(view, edge(block), 0)
  look(edge(4))
  expect(told).toEqual([])
  // Back, it says first what its meter reads, and then what it has kept, in whatever order.
  read(first, instant(edge(4) + 90_000), 3_700)
  for (const block of [3, 1, 2]) read(first, edge(block), 1_850 * Math.min(block, 2))
  look(instant(edge(4) + 120_000))
  expect(told).toEqual([
    [edge(0), 1_850],
    [edge(1), 1_850],
    [edge(2), 0],
    [edge(3), 0],
  ])
})

test('a block of which it is never known is not told, and no other is told for it', () => {
  const { first, others, views, told, read, look } = feeder()
  for (const view of views) read(view, edge(0), 0)
  for (const block of [1, 2, 3]) for (const view of others) read(view, edge(block), 0)
  // It charged in one of two blocks, or in both.
  for (const block of [2, 3]) read(first, edge(block), 3_700)
  look(edge(3))
  expect(told).toEqual([[edge(2), 0]])
})

test('a meter that counts backwards or beyond belief, an unknown one, and a time to come say nothing', () => {
  for (const wattHours of [-1, 2_000_000]) {
    const { first, others, views, told, read, look } = feeder()
    for (const view of views) read(view, edge(0), 0)
    for (const view of others) read(view, edge(1), 0)
    read(first, edge(1), wattHours)
    look(edge(1))
    expect(told).toEqual([])
  }
  const { views, told, say, look } = feeder()
  for (const view of views) {
    for (const block of [0, 1]) say(view, edge(block), 0)
    for (const evse of [0, 7]) say(view, edge(0), 0, evse)
  }
  look(edge(1))
  expect(told).toEqual([])
})

test('nothing is told of few, of a feeder that is not reported, or of one that is summed', () => {
  const few = feeder(6)
  const { views, first, told, read, look } = feeder()
  for (const view of few.views) for (const block of [0, 1]) few.read(view, edge(block), 0)
  few.look(edge(1))
  expect(few.told).toEqual([])
  for (const view of views) read(view, edge(0), 0)
  look(edge(0))
  for (const view of views) read(view, edge(1), 10)
  look(edge(1), group as typeof reported)
  expect(told).toEqual([])
  const { report } = first
  if (report === undefined) throw new Error('no report')
  for (const each of [{ ...report, isSummed: true }, undefined]) {
    first.report = each
    look(edge(1))
    expect(told).toEqual([])
  }
  first.report = report
  look(edge(1))
  expect(told).toEqual([[edge(0), 80]])
})

test('what could not be sent is told later, and no longer than a day after', () => {
  const { views, told, book, read, look } = feeder()
  for (const view of views) for (const block of [0, 1]) read(view, edge(block), block)
  book.isThere = false
  look(edge(1))
  book.isThere = true
  look(edge(96))
  expect(told).toEqual([])
  look(edge(95))
  expect(told).toEqual([[edge(0), 8]])
})
