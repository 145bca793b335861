import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { toCsv } from './csv.ts'
import { toGreenButton } from './green-button.ts'
import type { MeterHistory, MeterInterval } from './interval.ts'
import { toJson } from './json.ts'

const start = Date.parse('2026-01-12T20:00:00Z')
const interval = (index: number, change: Partial<MeterInterval> = {}): MeterInterval => ({
  from: instant(start + index * 1_800_000),
  until: instant(start + (index + 1) * 1_800_000),
  importWattHours: 3_500,
  exportWattHours: 0,
  isEstimated: false,
  ...change,
})
const station = eui64('00-00-00-00-00-00-00-01')
const history: MeterHistory = {
  station,
  intervals: [interval(0), interval(1, { importWattHours: 0.25, isEstimated: true })],
}
const now = instant(Date.parse('2026-01-13T00:00:00Z'))

test('CSV: a header, a line for each interval, CRLF', () => {
  expect(toCsv(history)).toBe(
    [
      'station,from,until,import_wh,export_wh,quality',
      '00-00-00-00-00-00-00-01,2026-01-12T20:00:00.000Z,2026-01-12T20:30:00.000Z,3500,0,measured',
      '00-00-00-00-00-00-00-01,2026-01-12T20:30:00.000Z,2026-01-12T21:00:00.000Z,0.25,0,estimated',
      '',
    ].join('\r\n'),
  )
})

test('JSON: the same, with its unit', () => {
  expect(JSON.parse(toJson(history))).toEqual({
    station,
    unit: 'Wh',
    intervals: [
      {
        from: '2026-01-12T20:00:00.000Z',
        until: '2026-01-12T20:30:00.000Z',
        import: 3_500,
        export: 0,
        quality: 'measured',
      },
      {
        from: '2026-01-12T20:30:00.000Z',
        until: '2026-01-12T21:00:00.000Z',
        import: 0.25,
        export: 0,
        quality: 'estimated',
      },
    ],
  })
})

/** Names of elements as they open, after a check that each is closed where it must be. */
function elementsOf(xml: string): string[] {
  const open: string[] = []
  const met: string[] = []
  for (const [, close, name, empty] of xml.matchAll(/<(\/?)([A-Za-z]+)[^>]*?(\/?)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name)
    else {
      met.push(name ?? '')
      if (empty !== '/') open.push(name ?? '')
    }
  }
  expect(open).toEqual([])
  return met
}
const valuesOf = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((match) => match[1] ?? '')

test('Green Button: an Atom feed with what ESPI asks, in milliwatt-hours and seconds', () => {
  const xml = toGreenButton(history, now, crypto)
  const elements = elementsOf(xml)
  expect(elements.filter((name) => name === 'entry')).toHaveLength(4)
  for (const name of ['UsagePoint', 'MeterReading', 'ReadingType', 'IntervalBlock'])
    expect(xml).toContain(`<${name} xmlns="http://naesb.org/espi"`)
  expect(valuesOf(xml, 'value')).toEqual(['3500000', '250'])
  expect(valuesOf(xml, 'quality')).toEqual(['0', '8'])
  expect(valuesOf(xml, 'powerOfTenMultiplier')).toEqual(['-3'])
  expect(valuesOf(xml, 'uom')).toEqual(['72'])
  expect(valuesOf(xml, 'flowDirection')).toEqual(['1'])
  expect(valuesOf(xml, 'intervalLength')).toEqual(['1800'])
  const seconds = start / 1000
  expect(valuesOf(xml, 'start').map(Number)).toEqual([seconds, seconds, seconds + 1_800])
  expect(valuesOf(xml, 'duration')).toEqual(['3600', '1800', '1800'])
  const ids = valuesOf(xml, 'id')
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids)
    expect(id).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  // Every link that is not up leads to an entry, or to the collection of one.
  const selves = [...xml.matchAll(/rel="self" href="([^"]*)"/g)].map((match) => match[1] ?? '')
  for (const [, href = ''] of xml.matchAll(/rel="related" href="([^"]*)"/g))
    expect(selves.some((self) => self === href || self.startsWith(`${href}/`))).toBe(true)
  expect(toGreenButton(history, now, crypto)).toBe(xml)
})

test('Green Button: what flows back is a reading of its own, in the other direction', () => {
  const both = { station, intervals: [interval(0, { exportWattHours: 2 })] }
  const xml = toGreenButton(both, now, crypto)
  expect(valuesOf(xml, 'flowDirection')).toEqual(['1', '19'])
  expect(valuesOf(xml, 'value')).toEqual(['3500000', '2000'])
})

test('a station that has not counted yet has empty exports that are well formed', () => {
  const nothing = { station, intervals: [] }
  expect(toCsv(nothing).split('\r\n')).toHaveLength(2)
  const xml = toGreenButton(nothing, now, crypto)
  expect(elementsOf(xml)).not.toContain('IntervalBlock')
  expect(elementsOf(xml)).toContain('ReadingType')
})
