import { nodeCrypto as crypto } from '@interlock/host'
import { assert, eui64, instant, type Eui64 } from '@interlock/kernel'
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

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://x","y"),z'])(
  'CSV: no cell begins a formula, whatever a name is: %j',
  (name) => {
    const csv = toCsv({ station: name as Eui64, intervals: [interval(0)] })
    const [, line = ''] = csv.split('import_wh,export_wh,quality\r\n')
    // As a spreadsheet reads it: a quoted cell to its closing quote, another to the comma.
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(?:,|\r\n)/g)].map(
      ([, cell = '']) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell),
    )
    expect(cells).toHaveLength(6)
    expect(cells[0]).toBe(`'${name}`)
    for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
  },
)

type Element = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

/** Reads the document by itself, element by element; each must be closed where it must be. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  for (const [, close, name = '', rest = '', empty, text = ''] of xml
    .replace(/^<\?xml [^>]*\?>\s*/, '')
    .matchAll(/<(\/?)([A-Za-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>([^<]*)/g)) {
    if (close === '/') expect(open.pop()?.name).toBe(name)
    else {
      const attributes = Object.fromEntries(
        [...rest.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
      )
      const element = { name, attributes, children: [], text }
      open.at(-1)?.children.push(element)
      if (empty !== '/') open.push(element)
    }
  }
  expect(open).toEqual([root])
  const [feed] = root.children
  assert(feed !== undefined && root.children.length === 1, 'one document')
  return feed
}
const find = (of: Element, name: string): Element[] =>
  of.children.flatMap((each) => [...(each.name === name ? [each] : []), ...find(each, name)])
const valuesOf = (xml: string, name: string) => find(parse(xml), name).map(({ text }) => text)

const integer = /^-?\d{1,15}$/
/** Of the types that are used here: their elements in the order of the schema, and what a value looks like. */
const schema: Readonly<Record<string, readonly string[] | RegExp>> = {
  feed: ['id', 'title', 'updated', 'author', 'entry'],
  entry: ['id', 'link', 'title', 'content', 'published', 'updated'],
  author: ['name'],
  content: ['UsagePoint', 'LocalTimeParameters', 'MeterReading', 'ReadingType', 'IntervalBlock'],
  UsagePoint: ['ServiceCategory'],
  ServiceCategory: ['kind'],
  LocalTimeParameters: ['dstEndRule', 'dstOffset', 'dstStartRule', 'tzOffset'],
  MeterReading: [],
  ReadingType: [
    'accumulationBehaviour',
    'commodity',
    'dataQualifier',
    'flowDirection',
    'intervalLength',
    'kind',
    'phase',
    'powerOfTenMultiplier',
    'uom',
  ],
  IntervalBlock: ['interval', 'IntervalReading'],
  IntervalReading: ['ReadingQuality', 'timePeriod', 'value'],
  ReadingQuality: ['quality'],
  interval: ['duration', 'start'],
  timePeriod: ['duration', 'start'],
  id: /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  updated: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  published: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  link: /^$/,
  title: /./,
  name: /./,
  dstEndRule: /^[0-9A-F]{8}$/,
  dstStartRule: /^[0-9A-F]{8}$/,
}
function expectValid(element: Element): void {
  const { name, children, text } = element
  const shape = schema[name] ?? integer
  const names = Array.isArray(shape) ? (shape as readonly string[]) : []
  const places = children.map((child) => names.indexOf(child.name))
  expect({ name, places }).toEqual({ name, places: places.toSorted((a, b) => a - b) })
  expect({ name, unknown: places.includes(-1) }).toEqual({ name, unknown: false })
  if (shape instanceof RegExp) expect(text).toMatch(shape)
  else expect(text.trim()).toBe('')
  // What the tests of function blocks 4 and 5 want of it: the schema itself lets any of them be absent.
  if (name === 'ReadingType') expect(children.map((child) => child.name)).toEqual(names)
  for (const child of children) expectValid(child)
}

/** What the tests of function blocks 1 (common) and 4 (intervals) of Green Button ask of the links. */
function expectLinked(feed: Element): void {
  const entries = find(feed, 'entry').map((entry) => {
    const hrefs = (rel: string) =>
      find(entry, 'link').flatMap(({ attributes: { rel: is, href = '' } }) =>
        is === rel ? [href] : [],
      )
    const [self = ''] = hrefs('self')
    const [up = ''] = hrefs('up')
    const kind = find(entry, 'content')[0]?.children[0]?.name ?? ''
    return { kind, self, up, related: hrefs('related') }
  })
  const of = (kind: string) => entries.filter((each) => each.kind === kind)
  expect(new Set(entries.map(({ self }) => self)).size).toBe(entries.length)
  const ids = find(feed, 'id').map(({ text }) => text)
  expect(new Set(ids).size).toBe(entries.length + 1)
  const [point, ...otherPoints] = of('UsagePoint')
  const [clock, ...otherClocks] = of('LocalTimeParameters')
  expect([otherPoints, otherClocks]).toEqual([[], []])
  expect(point?.related).toContain(clock?.self)
  for (const reading of of('MeterReading')) {
    expect(point?.related).toContain(reading.up)
    expect(of('ReadingType').filter(({ self }) => reading.related.includes(self))).toHaveLength(1)
    expect(of('IntervalBlock').filter(({ up }) => reading.related.includes(up))).toHaveLength(1)
  }
  const count = of('MeterReading').length
  expect([of('ReadingType').length, of('IntervalBlock').length]).toEqual([count, count])
}

test('Green Button: an Atom feed with what ESPI asks, in milliwatt-hours and seconds of UTC', () => {
  const xml = toGreenButton(history, now, crypto)
  const feed = parse(xml)
  expectValid(feed)
  expectLinked(feed)
  expect(feed.attributes['xmlns']).toBe('http://www.w3.org/2005/Atom')
  for (const { attributes, children } of find(feed, 'content')) {
    expect(attributes['type']).toBe('application/xml')
    expect(children[0]?.attributes['xmlns']).toBe('http://naesb.org/espi')
  }
  expect(find(feed, 'entry')).toHaveLength(5)
  expect(valuesOf(xml, 'value')).toEqual(['3500000', '250'])
  // Valid, and estimated by a line between two readings.
  expect(valuesOf(xml, 'quality')).toEqual(['0', '9'])
  expect(valuesOf(xml, 'powerOfTenMultiplier')).toEqual(['-3'])
  expect(valuesOf(xml, 'uom')).toEqual(['72'])
  expect(valuesOf(xml, 'flowDirection')).toEqual(['1'])
  expect(valuesOf(xml, 'intervalLength')).toEqual(['1800'])
  // Delta data of metered electricity, normal; energy of no phase alone (`PhaseCodeKind`).
  expect(valuesOf(xml, 'accumulationBehaviour')).toEqual(['4'])
  expect(valuesOf(xml, 'commodity')).toEqual(['1'])
  expect(valuesOf(xml, 'dataQualifier')).toEqual(['12'])
  expect(valuesOf(xml, 'phase')).toEqual(['0'])
  expect(valuesOf(xml, 'tzOffset')).toEqual(['0'])
  const seconds = start / 1000
  expect(valuesOf(xml, 'start').map(Number)).toEqual([seconds, seconds, seconds + 1_800])
  expect(valuesOf(xml, 'duration')).toEqual(['3600', '1800', '1800'])
  expect(toGreenButton(history, now, crypto)).toBe(xml)
})

test('Green Button: what flows back is a reading of its own, in the other direction', () => {
  const both = { station, intervals: [interval(0, { exportWattHours: 2 })] }
  const xml = toGreenButton(both, now, crypto)
  expectValid(parse(xml))
  expectLinked(parse(xml))
  expect(valuesOf(xml, 'flowDirection')).toEqual(['1', '19'])
  expect(valuesOf(xml, 'value')).toEqual(['3500000', '2000'])
})

test('Green Button: intervals that differ have a length as well, the shortest', () => {
  const longer = { ...interval(0), until: instant(start + 3_600_000) }
  const xml = toGreenButton({ station, intervals: [longer, interval(2)] }, now, crypto)
  expectValid(parse(xml))
  expect(valuesOf(xml, 'intervalLength')).toEqual(['1800'])
  expect(valuesOf(xml, 'duration')).toEqual(['5400', '3600', '1800'])
})

test('what no meter can count breaks no format', () => {
  for (const importWattHours of [1e300, -1e300, Infinity, NaN]) {
    const absurd = { station, intervals: [interval(0, { importWattHours })] }
    const xml = toGreenButton(absurd, now, crypto)
    expectValid(parse(xml))
    expect(valuesOf(xml, 'quality')).toEqual(['10'])
    expect(toCsv(absurd)).not.toMatch(/NaN|Infinity/)
    expect(() => JSON.parse(toJson(absurd)) as unknown).not.toThrow()
  }
})

test('a station that has not counted yet has empty exports that are well formed', () => {
  const nothing = { station, intervals: [] }
  expect(toCsv(nothing).split('\r\n')).toHaveLength(2)
  const feed = parse(toGreenButton(nothing, now, crypto))
  expectValid(feed)
  expectLinked(feed)
  expect(find(feed, 'entry')).toHaveLength(2)
})
