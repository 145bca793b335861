import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fromIso } from '@interlock/kernel'
import { makeDay, worldEnd, worldStart } from './day.ts'

const shared = join(import.meta.dirname, '../../../../shared/data')
const real = {
  tariff: join(shared, 'tariffs/agile-region-A-eastern-2018-02_2021-08.csv'),
  sessions: join(shared, 'ev-sessions/dft-2017-domestics-extract.csv'),
  frequency: join(shared, 'frequency/gb-2019-08-09-event-1s.csv'),
}
const written = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'interlock-day-')), 'file.csv')
  writeFileSync(path, text)
  return path
}

test('one seed makes one day and two seeds make two', () => {
  expect(makeDay(1, 12, {})).toEqual(makeDay(1, 12, {}))
  expect(makeDay(1, 12, {}).sessions).not.toEqual(makeDay(2, 12, {}).sessions)
})

test('the built-in day has an event below 49.5 Hz, a cheap night and one session per charger', () => {
  const day = makeDay(1, 20, {})
  expect(Math.min(...day.frequency.map((row) => row.hertz))).toBeLessThan(49.5)
  expect(new Set(day.prices.map((row) => row.pencePerKilowattHour))).toEqual(
    new Set([7.5, 27.3, 38.4]),
  )
  expect(day.sessions).toHaveLength(20)
  for (const session of day.sessions) {
    expect(session.pluggedIn).toBeGreaterThanOrEqual(worldStart)
    expect(session.departure).toBeLessThan(worldEnd)
  }
})

test.skipIf(!existsSync(real.tariff))(
  'real files keep their time of day: the nadir is 48.787 Hz at 15:53:49 and prices go negative',
  () => {
    const tariffDay = fromIso('2020-05-23T00:00:00Z')
    const day = makeDay(1, 12, { ...real, ...(tariffDay === undefined ? {} : { tariffDay }) })
    const nadir = day.frequency.reduce((low, row) => (row.hertz < low.hertz ? row : low))
    expect(new Date(nadir.at).toISOString()).toBe('2026-01-12T15:53:49.000Z')
    expect(nadir.hertz).toBe(48.787)
    const price = day.prices.find((row) => row.from === worldStart + 90 * 60_000)
    expect(price?.pencePerKilowattHour).toBe(-10.7835)
  },
)

test.each([
  ['tariff', '2020-05-23T00:00:00Z,00:00,A,x,1.5\n2020-05-23T00:30:00Z,00:30,A,x,cheap\n', ':2:'],
  ['tariff', '2020-05-23T00:00:00Z,1\n2020-05-23T00:31:00Z,1\n', 'half hour'],
  [
    'sessions',
    'ChargingEvent,CPID,StartDate,StartTime,EndDate,EndTime,Energy\n1,A,2017-12-31,25:00:00,2017-12-31,26:00:00,1\n',
    ':2:',
  ],
  ['sessions', 'something,else\n', 'header'],
  ['frequency', 'utc_time,frequency_hz\n2019-08-09T15:51:00Z,50\n2019-08-09T15:51:00Z,50\n', ':3:'],
  ['frequency', '2019-08-09T15:51:00Z,500\n', 'not a grid frequency'],
])('a bad line in the %s file is named with its number', (kind, text, named) => {
  expect(() => makeDay(1, 2, { [kind]: written(text) })).toThrow(named)
})

test('a file that is not there is named', () => {
  expect(() => makeDay(1, 2, { tariff: '/nowhere.csv' })).toThrow('/nowhere.csv')
})
