import { toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { forbidden, send } from '../scenarios.fixture.ts'
import { curveOf, later, now, parties } from '../world.fixture.ts'

const sendCurve = (change: object) => send('FrequencyCurve', curveOf(change), parties.dsrsp, 1)

test('a frequency curve is stored, and moves nothing', () => {
  const { data } = curveOf()
  expect(sendCurve({})).toMatchObject({
    ok: true,
    setting: {
      kind: 'curve',
      evse: 1,
      curve: { ...data, from: now, until: later(3_600) },
    },
    delay: { secondsMax: 0, exemption: 'NothingToChange' },
  })
})

const points = (...percents: number[]) =>
  percents.map((percent, i) => ({ hertz: 49.5 + i / 10, percent }))

test.each([
  ['more than a day', { until: toIso(later(86_401)) }],
  ['no time at all', { until: toIso(now) }],
  ['an end that is no date', { until: 'never' }],
  ['a start that is no date', { from: 'now' }],
  ['one point', { points: points(50) }],
  ['points that fall', { points: points(0, 50, 49) }],
  ['points at one frequency', { points: [...points(0), ...points(100)] }],
  ['rising export', { direction: 'export', points: points(0, 50) }],
  ['more than all', { points: points(0, 101) }],
  ['less than nothing', { points: points(-1, 100) }],
  [
    'a frequency no grid has',
    {
      points: [
        { hertz: 44.9, percent: 0 },
        { hertz: 50, percent: 100 },
      ],
    },
  ],
  [
    'a frequency above any grid',
    {
      points: [
        { hertz: 49.5, percent: 0 },
        { hertz: 55.1, percent: 100 },
      ],
    },
  ],
  ['no direction', { direction: 'both' }],
  ['a response without end', { durationMillisMax: 1_800_001 }],
  ['a whole hertz of deadband and more', { deadbandHertz: 1.1 }],
])('a frequency curve for %s is refused', (_what, change) => {
  expect(sendCurve(change)).toMatchObject(forbidden)
})

test.each([
  ['from and until', { until: toIso(now) }],
  ['in force for more than a day', { until: toIso(later(86_401)) }],
  ['points', { points: points(0, 50, 49) }],
])('a refused curve says why: %s', (detail, change) => {
  expect(sendCurve(change)).toMatchObject({ ...forbidden, detail })
})

test('a frequency curve may be level, last a day, and fall for export', () => {
  expect(sendCurve({ points: points(50, 50, 100) })).toMatchObject({ ok: true })
  expect(sendCurve({ until: toIso(later(86_400)) })).toMatchObject({ ok: true })
  expect(sendCurve({ direction: 'export', points: points(100, 50, 50) })).toMatchObject({
    ok: true,
  })
})

test('a data transfer of another vendor is not a frequency curve', () => {
  const payload = { ...curveOf(), vendorId: 'com.example' }
  expect(send('FrequencyCurve', payload, parties.dsrsp, 1)).toMatchObject({
    reason: 'RoleForbidden',
    detail: 'dsrsp DataTransfer',
  })
})
