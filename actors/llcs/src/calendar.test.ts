import {
  encodePreCommand,
  signPreCommand,
  type ControllerCalendar,
  type Execution,
} from '@interlock/gbcs'
import { inHours, inMinutes, instant, millis, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { nextCounter, timeAt } from './fixture/hub.fixture.ts'
import { crypto, dsrsp, llcs, supplier } from './fixture/parties.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

let counter = 0n
/** A calendar told by its one special day, as the supplier signs it. */
function calendarOf(
  day: number,
  execution: Execution,
  by = supplier,
  entries: ControllerCalendar['entries'] = [],
): Uint8Array {
  counter = nextCounter()
  const specialDays = [{ year: 'any', month: 12, day }] as const
  const preCommand = encodePreCommand({
    useCase: 'ECS46d',
    originator: supplier.peer.organisation,
    target: llcs.peer.eui,
    counter,
    entries,
    specialDays,
    execution,
  })
  return signPreCommand(preCommand, by.key, crypto)
}
/** What the only controller there is does all year. */
const allYear = {
  controller: 1,
  direction: 'import',
  levelPercent: 0,
  atSeconds: 0,
  weekdays: [1],
  specialDays: [],
  from: { year: 'any', month: 1, day: 1 },
  until: { year: 'any', month: 12, day: 31 },
} as const
const dayIn = (calendar: ControllerCalendar | undefined) => calendar?.specialDays[0]?.day

test('a calendar of the supplier is in force from its date on, also after a loss of power, and arms nothing', async () => {
  const to = await scene()
  expect(to.llcs.calendar()).toBeUndefined()
  const at = plus(start, inHours(1))
  expect(await to.hub.deliver(calendarOf(1, 'atOnce'))).toMatchObject({ result: 'success' })
  await to.hub.deliver(calendarOf(2, at))
  expect(dayIn(to.llcs.calendar())).toBe(1)
  await to.restart()
  expect(dayIn(to.llcs.calendar())).toBe(1)
  await to.clock.advance(inHours(1))
  expect(dayIn(to.llcs.calendar())).toBe(2)
  await until(() => to.hub.alerts.length === 2, 'both alerts')
  const executed = {
    code: 'FutureDated',
    recipient: supplier.peer.organisation,
    useCase: 'ECS46d',
    commandCounter: counter,
    at,
  }
  expect(to.hub.alerts).toMatchObject([
    { ...executed, counter: 1n, object: 'activation of the calendar' },
    { ...executed, counter: 2n, object: 'activation of the special days' },
  ])
  await to.restart()
  await to.clock.advance(inHours(1))
  // What was not acknowledged before the end may come again, under its own counter.
  expect(new Set(to.hub.alerts.map((each) => each.counter))).toEqual(new Set([1n, 2n]))
  expect(to.llcs.arms()).toEqual([])
  expect(to.station.of('arm')).toEqual([])
})

test('what the supplier has signed past the data company is judged by the LLCS itself', async () => {
  const { hub, llcs: device, happenings } = await scene()
  expect(await hub.deliver(calendarOf(1, 'atOnce', supplier, [allYear]))).toMatchObject({
    result: 'success',
  })
  const [newYear, day] = [{ year: 2026, month: 1, day: 1 }, inHours(24)]
  for (const [execution, change, reason, result] of [
    [instant(Date.UTC(2098, 0, 1)), {}, 'ExecutionTooFar', 'otherReason'],
    [plus(start, millis(31 * day)), {}, 'ExecutionTooFar', 'otherReason'],
    [instant(Date.UTC(2001, 0, 1)), {}, 'ExecutionPast', 'otherReason'],
    ['atOnce', { controller: 5 }, 'ControllerUnknown', 'objectUndefined'],
    [
      'atOnce',
      { from: newYear, until: { ...newYear, year: 2025 } },
      'PeriodReversed',
      'otherReason',
    ],
  ] as const) {
    const wrong = calendarOf(2, execution, supplier, [{ ...allYear, ...change }])
    expect(await hub.deliver(wrong)).toMatchObject({ result })
    expect(happenings.at(-1)).toMatchObject({ kind: 'refusal', reason })
  }
  expect(dayIn(device.calendar())).toBe(1)
  expect(await hub.deliver(calendarOf(3, plus(start, millis(30 * day))))).toMatchObject({
    result: 'success',
  })
})

test('a calendar that is to come is cancelled, or replaced by the next; nobody else sets one', async () => {
  const { hub, llcs: device, clock } = await scene()
  const soon = plus(start, inMinutes(10))
  const first = calendarOf(1, 'atOnce')
  await hub.deliver(first)
  expect(await hub.deliver(first)).toBeUndefined()
  expect(await hub.deliver(calendarOf(9, 'atOnce', dsrsp))).toBeUndefined()
  await hub.deliver(calendarOf(2, soon))
  expect(await hub.deliver(calendarOf(2, 'never'))).toMatchObject({ result: 'success' })
  await clock.advance(inMinutes(20))
  expect(dayIn(device.calendar())).toBe(1)
  expect(hub.alerts).toEqual([])
  const later = plus(start, inMinutes(30))
  await hub.deliver(calendarOf(3, later))
  await hub.deliver(calendarOf(4, later))
  await clock.advance(inMinutes(10))
  expect(dayIn(device.calendar())).toBe(4)
  await until(() => hub.alerts.length === 2, 'both alerts')
  expect(hub.alerts).toMatchObject([{ commandCounter: counter }, { commandCounter: counter }])
})

test('a date that comes while the power is off is told when it is back, once', async () => {
  const to = await scene()
  const at = plus(start, inMinutes(10))
  await to.hub.deliver(calendarOf(1, at))
  await to.llcs.close()
  await to.clock.advance(inMinutes(20))
  await to.restart()
  await until(() => to.hub.alerts.length === 2, 'both alerts')
  expect(to.hub.alerts).toMatchObject([{ at }, { at }])
  expect(dayIn(to.llcs.calendar())).toBe(1)
})

test('by a clock that the network contradicts no date is taken and none comes, over a loss of power too, until they agree', async () => {
  const to = await scene()
  await to.hub.deliver(calendarOf(1, 'atOnce'))
  const at = plus(start, inMinutes(10))
  await to.hub.deliver(calendarOf(2, at))
  await to.hub.deliver(timeAt(plus(start, inHours(1))))
  expect(await to.hub.deliver(calendarOf(3, at))).toMatchObject({ result: 'otherReason' })
  expect(to.happenings.at(-1)).toMatchObject({ kind: 'refusal', reason: 'ClockDisagreement' })
  await to.clock.advance(inMinutes(10))
  expect(dayIn(to.llcs.calendar())).toBe(1)
  await to.restart()
  expect(dayIn(to.llcs.calendar())).toBe(1)
  expect(to.hub.alerts).toEqual([])
  await to.hub.deliver(timeAt(to.clock.now()))
  expect(dayIn(to.llcs.calendar())).toBe(2)
  await until(() => to.hub.alerts.length === 2, 'both alerts')
  // What had come before the network contradicted stays, and what is set at once needs no clock.
  await to.hub.deliver(timeAt(start))
  expect(dayIn(to.llcs.calendar())).toBe(2)
  expect(await to.hub.deliver(calendarOf(4, 'atOnce'))).toMatchObject({ result: 'success' })
  expect(dayIn(to.llcs.calendar())).toBe(4)
})
