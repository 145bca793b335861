import { toHex, toIso, utf8, type Crypto, type Instant } from '@interlock/kernel'
import type { MeterHistory, MeterInterval } from './interval.ts'

/** Codes of ESPI (NAESB REQ.21, `espiDerived.xsd`) that this document uses. */
const espi = {
  electricity: 0,
  deltaData: 4,
  electricitySecondaryMetered: 1,
  normal: 12,
  forward: 1,
  reverse: 19,
  energy: 12,
  /** The register counts what all its conductors carry, so of no phase alone. */
  noPhase: 0,
  wattHours: 72,
  milli: -3,
  /** Computed along a line between the readings before and after it. */
  estimated: 9,
  questionable: 10,
  valid: 0,
} as const

type Direction = {
  readonly name: string
  readonly code: number
  readonly of: (interval: MeterInterval) => number
}
const directions: readonly Direction[] = [
  { name: 'Import', code: espi.forward, of: (each) => each.importWattHours },
  { name: 'Export', code: espi.reverse, of: (each) => each.exportWattHours },
]

/** A rule of all ones: no daylight saving. */
const noRule = 'FFFFFFFF'
const localTime = `<LocalTimeParameters NS><dstEndRule>${noRule}</dstEndRule><dstOffset>0</dstOffset><dstStartRule>${noRule}</dstStartRule><tzOffset>0</tzOffset></LocalTimeParameters>`

/**
 * A Green Button file: an Atom feed with the usage point and its clock, which is UTC, and for each direction that
 * occurs its meter reading, reading type and interval block; of a station that has counted nothing there are none.
 * Values are whole milliwatt-hours. The same history and `now` give the same file.
 */
export function toGreenButton(
  { station, intervals }: MeterHistory,
  now: Instant,
  crypto: Pick<Crypto, 'sha256'>,
): string {
  const point = `RetailCustomer/${station}/UsagePoint/${station}`
  const entry = entryAt(now, crypto)
  const used = directions.filter((each) =>
    each.name === 'Import'
      ? intervals.length > 0
      : intervals.some((interval) => each.of(interval) !== 0),
  )
  const clock = 'LocalTimeParameters/UTC'
  const readings = used.flatMap((direction) => {
    const reading = `${point}/MeterReading/${direction.name}`
    const type = `ReadingType/${station}-${direction.name}`
    const block = `${reading}/IntervalBlock`
    return [
      entry(reading, `${point}/MeterReading`, [block, type], direction.name, '<MeterReading NS/>'),
      entry(type, 'ReadingType', [], `${direction.name}, Wh`, readingType(direction, intervals)),
      entry(`${block}/1`, block, [], direction.name, intervalBlock(direction, intervals)),
    ]
  })
  const usagePoint = `<UsagePoint NS><ServiceCategory><kind>${espi.electricity}</kind></ServiceCategory></UsagePoint>`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `<id>${uuidOf(`feed ${station}`, crypto)}</id>`,
    `<title>Charging station ${station}</title>`,
    `<updated>${toIso(now)}</updated>`,
    `<author><name>Charging station ${station}</name></author>`,
    entry(
      point,
      `RetailCustomer/${station}/UsagePoint`,
      [clock, ...(used.length === 0 ? [] : [`${point}/MeterReading`])],
      station,
      usagePoint,
    ),
    entry(clock, 'LocalTimeParameters', [], 'UTC', localTime),
    ...readings,
    '</feed>',
    '',
  ].join('\n')
}

const entryAt =
  (now: Instant, crypto: Pick<Crypto, 'sha256'>) =>
  (self: string, up: string, related: readonly string[], title: string, content: string): string =>
    [
      `<entry><id>${uuidOf(self, crypto)}</id>`,
      `<link rel="self" href="${self}"/><link rel="up" href="${up}"/>`,
      ...related.map((each) => `<link rel="related" href="${each}"/>`),
      `<title>${title}</title>`,
      // Without a type, Atom takes it for text (RFC 4287 §4.1.3).
      `<content type="application/xml">${content.replace(' NS', ' xmlns="http://naesb.org/espi"')}</content>`,
      `<published>${toIso(now)}</published><updated>${toIso(now)}</updated></entry>`,
    ].join('')

function readingType({ code }: Direction, intervals: readonly MeterInterval[]): string {
  const fields = {
    accumulationBehaviour: espi.deltaData,
    commodity: espi.electricitySecondaryMetered,
    dataQualifier: espi.normal,
    flowDirection: code,
    // The shortest, where they differ: each reading says its own.
    intervalLength: intervals.reduce((least, each) => Math.min(least, secondsOf(each)), Infinity),
    kind: espi.energy,
    phase: espi.noPhase,
    powerOfTenMultiplier: espi.milli,
    uom: espi.wattHours,
  }
  return `<ReadingType NS>${elements(fields)}</ReadingType>`
}

function intervalBlock({ of }: Direction, intervals: readonly MeterInterval[]): string {
  const start = Math.min(...intervals.map((each) => each.from))
  const end = intervals.reduce((latest, each) => Math.max(latest, each.until), start)
  const readings = intervals.map((each) => {
    const value = Math.round(of(each) * 1000)
    const isBeyond = !(Math.abs(value) <= int48Max)
    const known = each.isEstimated ? espi.estimated : espi.valid
    const quality = elements({ quality: isBeyond ? espi.questionable : known })
    const period = elements({ duration: secondsOf(each), start: each.from / 1000 })
    return `<IntervalReading><ReadingQuality>${quality}</ReadingQuality><timePeriod>${period}</timePeriod><value>${isBeyond ? 0 : value}</value></IntervalReading>`
  })
  const whole = elements({ duration: (end - start) / 1000, start: start / 1000 })
  return `<IntervalBlock NS><interval>${whole}</interval>${readings.join('')}</IntervalBlock>`
}

/** Of a value of ESPI; no home counts so much, and a register that says so is not believed. */
const int48Max = 2 ** 47 - 1

const secondsOf = ({ from, until }: MeterInterval): number => (until - from) / 1000

const elements = (fields: Readonly<Record<string, number>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')

/** A name-based UUID (version 8, RFC 9562 §5.8) of SHA-256. */
function uuidOf(name: string, crypto: Pick<Crypto, 'sha256'>): string {
  const bytes = crypto.sha256(utf8(`interlock-green-button ${name}`)).slice(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = toHex(bytes)
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `urn:uuid:${parts.join('-')}-${hex.slice(20)}`
}
