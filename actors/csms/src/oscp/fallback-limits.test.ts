import { inHours, type StationId } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createFallbackLimits } from './fallback-limits.ts'
import { group, holding, street, vehicle } from './street.fixture.ts'

/** Stations whose feeder bears so much when nobody is heard, and what each says that it holds. */
function limited(count: number, fallback: number, held: Record<string, string> = {}) {
  const numbers = Array.from({ length: count }, (_, at) => at + 1)
  const vehicles = numbers.map((number) => vehicle(number))
  const sessions = new Map(vehicles.map(({ record }) => [record.stationId, {}]))
  const { context, pass, planner } = street(vehicles, { now: 9_000, fallback }, { sessions })
  const stations = holding(held)
  const open = () => createFallbackLimits(context, stations, planner)
  /** All that the feeder's stations would draw if nobody were heard now. */
  const atMost = () =>
    [...planner.shares(group).keys()].reduce(
      (sum, id) => sum + Number(stations.held[id] ?? 22_080),
      0,
    )
  const reconnect = (id: string) => void sessions.set(id as StationId, {})
  return { ...stations, open, pass, atMost, reconnect }
}

test('past its budget a CSMS asks for no other part of the fallback before the next window', async () => {
  const { open, pass, asked, budget } = limited(3, 9_000)
  budget.left = 1
  const limits = open()
  await limits.ensure(group)
  await limits.ensure(group)
  expect(asked('SetVariables')).toEqual(['CS-1', 'CS-2'])
  pass(inHours(0.5))
  budget.left = 2
  await limits.ensure(group)
  expect(asked('SetVariables')).toEqual(['CS-1', 'CS-2', 'CS-2', 'CS-3'])
})

test('after a restart each station is asked what it holds, and those that hold their part are sent nothing', async () => {
  const { open, asked, atMost } = limited(2, 9_000)
  await open().ensure(group)
  expect([asked('SetVariables').length, atMost()]).toEqual([2, 9_000])
  const again = open()
  await again.ensure(group)
  await again.ensure(group)
  expect(asked('GetVariables')).toEqual(['CS-1', 'CS-2', 'CS-1', 'CS-2'])
  expect(asked('SetVariables')).toHaveLength(2)
})

test('attack: a station that lost its part, or never took it, is given it again; without its word the feeder is overdrawn', async () => {
  const { open, held, asked, atMost, reconnect } = limited(2, 9_000)
  const limits = open()
  await limits.ensure(group)
  // Another station has taken its place, as it came from its maker.
  delete held['CS-1']
  await limits.ensure(group)
  // Whoever goes by what was sent once leaves it so.
  expect(atMost()).toBeGreaterThan(9_000)
  reconnect('CS-1')
  await limits.ensure(group)
  expect([asked('SetVariables').at(-1), atMost()]).toEqual(['CS-1', 9_000])
  // The same while the CSMS was away.
  held['CS-2'] = '22080'
  await open().ensure(group)
  expect([asked('SetVariables').at(-1), atMost()]).toEqual(['CS-2', 9_000])
})

test('a station that does not answer is asked again; one whose answer is no number is given its part', async () => {
  const { open, held, asked, silent } = limited(2, 9_000, { 'CS-1': 'much' })
  silent.add('CS-2')
  const limits = open()
  await limits.ensure(group)
  expect(asked('SetVariables')).toEqual(['CS-1'])
  silent.clear()
  await limits.ensure(group)
  expect(asked('GetVariables')).toEqual(['CS-1', 'CS-2', 'CS-2'])
  expect(Number(held['CS-2'])).toBeGreaterThan(0)
})

test('what was sent without an answer is not taken for held, nor for refused', async () => {
  const { open, asked, silentAfter, held } = limited(1, 9_000)
  silentAfter.next = true
  const limits = open()
  await limits.ensure(group)
  expect(held['CS-1']).toBe('7000')
  await limits.ensure(group)
  expect([asked('GetVariables').length, asked('SetVariables').length]).toEqual([2, 1])
})
