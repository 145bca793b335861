import {
  encodePreCommand,
  signPreCommand,
  type ControllerCalendar,
  type Execution,
} from '@interlock/gbcs'
import { inHours, inMinutes, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { crypto, dsrsp, llcs, supplier } from './fixture/parties.fixture.ts'
import { scene, start } from './fixture/scene.fixture.ts'

let counter = 0n
/** A calendar of no entries, told by its one special day, as the supplier signs it. */
function calendarOf(day: number, execution: Execution, by = supplier): Uint8Array {
  counter += 1n
  const specialDays = [{ year: 'any', month: 12, day }] as const
  const preCommand = encodePreCommand({
    useCase: 'ECS46d',
    originator: supplier.peer.organisation,
    target: llcs.peer.eui,
    counter,
    entries: [],
    specialDays,
    execution,
  })
  return signPreCommand(preCommand, by.key, crypto)
}
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
  expect(to.llcs.arms()).toEqual([])
  expect(to.station.of('arm')).toEqual([])
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
  const later = plus(start, inMinutes(30))
  await hub.deliver(calendarOf(3, later))
  await hub.deliver(calendarOf(4, later))
  await clock.advance(inMinutes(10))
  expect(dayIn(device.calendar())).toBe(4)
})
