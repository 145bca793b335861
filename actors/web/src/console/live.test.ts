import type { Happening } from '@interlock/contract'
import { expect, test } from 'vitest'
import type { StationRow } from '../shared/shapes.ts'
import { startOf, withHappening, withLoads, withStreet } from './live.ts'
import { localTime, nextLocalTime } from './local-time.ts'
import { meetingLines, meetingsOf, tellMeeting } from './meetings.tsx'
import { refusalGroups, tellRefusals } from './refusals.tsx'
import { tellAttack } from './attack.tsx'

const row = (stationId: string, powerWatts: number) => ({ stationId, powerWatts }) as StationRow
const event = (kind: Happening['kind'], at: number, more: Partial<Happening> = {}): Happening => ({
  at,
  actor: 'csms',
  kind,
  ...more,
})

test('rows that changed replace their like, others stay, and the load is their sum', () => {
  const first = withStreet(startOf(0), { at: 1_000, stations: [row('a', 1000), row('b', 2000)] })
  const second = withStreet(first, { at: 2_000, stations: [row('b', 5000)] })
  expect(second.stations.map((each) => each.powerWatts)).toEqual([1000, 5000])
  expect(second.load).toEqual({ times: [1, 2], values: [3, 6] })
})

test('time in a plot only grows, and only so much of it is kept', () => {
  let live = startOf(0)
  for (let at = 1; at <= 1300; at++) {
    live = withHappening(live, event('frequency', at * 1000, { data: { hertz: 50 } }))
  }
  live = withHappening(live, event('frequency', 5_000, { data: { hertz: 49 } }))
  expect(live.frequency.times).toHaveLength(1_200)
  expect(live.frequency.values).not.toContain(49)
})

test('a storm of refusals does not wash the arms away', () => {
  let live = withHappening(startOf(0), event('arm', 1, { data: { digest: 'd' } }))
  for (let at = 2; at < 1000; at++) live = withHappening(live, event('refusal', at))
  expect(live.happenings.filter(({ kind }) => kind === 'arm')).toHaveLength(1)
  expect(live.happenings).toHaveLength(401)
})

test('a frequency that is no number is left out', () => {
  const live = withHappening(startOf(0), event('frequency', 1, { data: { hertz: 'high' } }))
  expect(live.frequency.values).toEqual([])
})

test('arm and trigger with one digest are one meeting, in whichever order they came', () => {
  const arm = event('arm', 1, { station: 'a', data: { digest: 'd1' } })
  const trigger = event('trigger', 2, { station: 'a', data: { arm: 'd1', action: 'start' } })
  const alone = event('arm', 3, { station: 'b', data: { digest: 'd2' } })
  for (const [newest, oldest] of [
    [trigger, arm],
    [arm, trigger],
  ] as const) {
    const meetings = meetingsOf([alone, newest, oldest])
    expect(meetings).toMatchObject([
      { key: 'd2', arm: true, trigger: false },
      { key: 'd1', arm: true, trigger: true, action: 'start' },
    ])
    expect(meetings.map((each) => tellMeeting(each, 'home'))).toEqual([
      'home holds an arm; it does nothing without its trigger.',
      'Arm and trigger met at home: Charge now.',
    ])
  }
})

test('the data company names no trigger and the CSMS no arm: the charger joins them', () => {
  const data = { originator: 'o', counter: '7' }
  const granted = event('arm', 1, {
    station: 'a',
    data: { ...data, digest: 'd', phase: 'granted' },
  })
  const trigger = event('trigger', 2, { station: 'a', data: { action: 'RequestStartTransaction' } })
  const used = event('arm', 3, { station: 'a', data: { ...data, phase: 'used' } })
  expect(meetingsOf([used, trigger, granted])).toMatchObject([
    { key: 'd', arm: true, trigger: true },
  ])
  expect(meetingsOf([used, granted]).map((each) => tellMeeting(each, 'home'))).toEqual([
    'Arm and trigger met at home: the load moved.',
  ])
})

test('an arm that nobody used is told as such', () => {
  const granted = event('arm', 1, { station: 'a', data: { digest: 'd', phase: 'granted' } })
  const unused = event('arm', 2, { data: { digest: 'd', phase: 'unused' } })
  const [meeting] = meetingsOf([unused, granted])
  expect(meeting && tellMeeting(meeting, 'home')).toBe(
    'The arm of home was not used and has given its budget back.',
  )
})

test('one counter at two homes is two arms', () => {
  const data = (llcs: string) => ({ originator: 'o', counter: '7', llcs, use: 'response' })
  const granted = (llcs: string) =>
    event('arm', 1, { station: llcs, data: { ...data(llcs), digest: llcs, phase: 'granted' } })
  const used = event('arm', 2, { station: 'a', data: { ...data('a'), phase: 'used' } })
  const meetings = meetingsOf([used, granted('b'), granted('a')])
  expect(meetings).toMatchObject([
    { key: 'a', trigger: true, forGrid: true },
    { key: 'b', trigger: false, forGrid: true },
  ])
})

test('what a whole street does for the grid is one line, and so are its standing arms', () => {
  const granted = (station: string) =>
    event('arm', 1, { station, data: { digest: station, phase: 'granted', use: 'response' } })
  const used = (station: string) =>
    event('arm', 2, { station, data: { digest: station, phase: 'used' } })
  const happenings = [used('b'), used('a'), granted('c'), granted('b'), granted('a')]
  const lines = meetingLines(meetingsOf(happenings), (station) => `home ${station}`)
  expect(lines.map(({ text }) => text)).toEqual([
    'Arm and frequency met at 2 chargers: their load stays down while the grid recovers.',
    'Permitted in advance: an arm for the grid at home c. It does nothing while the frequency stays in its band.',
  ])
})

test('a refusal told by the charger and by the CSMS is counted once', () => {
  const refusal = (actor: string) =>
    event('refusal', 1, { actor, station: 'a', reason: 'NotArmed', data: { action: 'Reset' } })
  expect(refusalGroups([refusal('csms'), refusal('station-1')])).toMatchObject([{ count: 1 }])
  expect(refusalGroups([refusal('csms')])).toMatchObject([{ count: 1 }])
})

test('a page that comes back has the load of before', () => {
  const live = withLoads(startOf(0), [
    { at: 1_000, watts: 7000 },
    { at: 2_000, watts: 3000 },
  ])
  expect(withLoads(live, [{ at: 1_500, watts: 1 }]).load).toEqual({ times: [1, 2], values: [7, 3] })
})

test('refusals of one reason are counted together, the newest first', () => {
  const refusal = (reason: string, action: string) =>
    event('refusal', 1, { reason, data: { action } })
  const groups = refusalGroups([
    refusal('NotSeconded', 'Reset'),
    refusal('Unsigned', 'Reset'),
    refusal('NotSeconded', 'SetChargingProfile'),
  ])
  expect(groups.map(({ reason, count }) => [reason, count])).toEqual([
    ['NotSeconded', 2],
    ['Unsigned', 1],
  ])
  expect(groups.map((group) => tellRefusals(group, 'home'))).toEqual([
    'Reset at home, and 1 more: no second party agreed.',
    'Reset at home: a critical command came without a signature.',
  ])
})

test('an attack that was obeyed is not called harmless', () => {
  const result = {
    controls: 'off',
    commandsSent: 10,
    commandsApplied: 7,
    countersignedStepWatts: 0,
    budgetWatts: 0,
    loadStepWatts: 0,
    loadBeforeWatts: 0,
    loadAfterWatts: 0,
    refusals: {},
  } as const
  expect(tellAttack(result, 'UTC')).toContain('7 were obeyed although no second party agreed')
  const answersUntil = Date.parse('2026-01-05T20:54:00Z')
  expect(tellAttack({ ...result, answersUntil }, 'UTC')).toContain('Until 20:54 every answer')
})

test.each([
  ['07:00', '2026-01-05T18:00:00Z', '2026-01-06T07:00:00Z'],
  ['19:30', '2026-01-05T18:00:00Z', '2026-01-05T19:30:00Z'],
  ['18:00', '2026-01-05T18:00:00Z', '2026-01-06T18:00:00Z'],
  ['07:00', '2026-07-05T18:00:00Z', '2026-07-06T06:00:00Z'],
  // Clocks go forward in between.
  ['07:00', '2026-03-28T18:00:00Z', '2026-03-29T06:00:00Z'],
  // Clocks go back in between.
  ['07:00', '2026-10-24T18:00:00Z', '2026-10-25T07:00:00Z'],
])('the next %s after %s is %s', (time, now, expected) => {
  const next = nextLocalTime(time, Date.parse(now), 'Europe/London')
  expect(new Date(next ?? 0).toISOString()).toBe(expected.replace('Z', '.000Z'))
  expect(localTime(next ?? 0, 'Europe/London')).toBe(time)
})

test('what is no time of day is none', () => {
  expect(nextLocalTime('25:00', 0, 'Europe/London')).toBeUndefined()
})
