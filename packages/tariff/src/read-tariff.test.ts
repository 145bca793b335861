import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { TariffDocument, type TimeOfUseDocument, type VersionDocument } from './document.ts'
import { tariffProblems } from './fields.ts'
import { tariffOf } from './read-tariff.ts'
import { documentOf, plain, versionWith } from './tariff.fixture.ts'

const first = { register: 1, name: 'one', blocks: [{ pencePerKilowattHour: 1 }] }
const registers = (...blocks: TimeOfUseDocument['registers'][number]['blocks']) => ({
  registers: [{ register: 1, name: 'steps', blocks }, ...plain.registers.slice(1)],
})
const switches = (...rows: TimeOfUseDocument['days'][number]['switches']) => ({
  days: [...plain.days.slice(1), { day: 1, switches: rows }],
})
const halfHourly: VersionDocument = {
  version: 1,
  validFrom: '2026-01-01T00:00:00Z',
  standingChargePencePerDay: 0,
  halfHourlyPencePerKilowattHour: [1, -2.5],
}

const wrong: readonly (readonly [string, string, VersionDocument])[] = [
  ['TimeInvalid', 'validFrom', versionWith({}, { validFrom: '2026-01-01 00:00:00Z' })],
  ['TimeInvalid', 'validUntil', versionWith({}, { validUntil: '2026-01-01T00:00:00Z' })],
  ['TimeInvalid', 'validFrom', { ...halfHourly, validFrom: '2026-01-01T00:15:00Z' }],
  ['DateInvalid', 'seasons[0].from', versionWith({ seasons: [season('02-30')] })],
  [
    'DateInvalid',
    'specialDays[0].on',
    versionWith({ specialDays: [{ on: '2027-02-29', day: 1 }] }),
  ],
  ['PriceInvalid', 'standing', versionWith({}, { standingChargePencePerDay: 1e-7 })],
  ['PriceInvalid', '[0]', { ...halfHourly, halfHourlyPencePerKilowattHour: [0.1 + 0.2] }],
  ['PriceInvalid', 'blocks[0]', versionWith(registers({ pencePerKilowattHour: 1.2345678 }))],
  ['RatesInvalid', 'versions[0]', { ...versionWith(), ...halfHourly }],
  ['RatesInvalid', 'versions[0]', { ...halfHourly, validUntil: '2027-01-01T00:00:00Z' }],
  ['NameRepeated', 'registers', versionWith({ registers: [first, first] })],
  ['NameRepeated', 'seasons', versionWith({ seasons: [season('01-01'), season('01-01')] })],
  ['NameUnknown', 'registers', versionWith(switches({ at: '00:00', register: 9 }))],
  ['NameUnknown', 'days', versionWith({ specialDays: [{ on: '12-25', day: 9 }] })],
  ['NameUnknown', 'weeks', versionWith({ seasons: [{ name: 'x', from: '01-01', week: 2 }] })],
  ['SwitchesInvalid', 'days[3]', versionWith(switches({ at: '00:01', register: 1 }))],
  [
    'SwitchesInvalid',
    'days[3]',
    versionWith(switches({ at: '00:00', register: 1 }, { at: '00:00', register: 2 })),
  ],
  [
    'BlocksInvalid',
    'blocks[0]',
    versionWith(registers({ pencePerKilowattHour: 1, upToWattHours: 5 })),
  ],
  [
    'BlocksInvalid',
    'blocks[1]',
    versionWith(
      registers(
        { pencePerKilowattHour: 1, upToWattHours: 5 },
        { pencePerKilowattHour: 2, upToWattHours: 5 },
        { pencePerKilowattHour: 3 },
      ),
    ),
  ],
  ['BlocksInvalid', 'register 9', besideBlocks()],
  ['SeasonsInvalid', 'seasons', versionWith({ seasons: [season('2026-01-01')] })],
]

function season(from: string) {
  return { name: 'season', from, week: 1 }
}
function besideBlocks(): VersionDocument {
  const steps = registers(
    { pencePerKilowattHour: 1, upToWattHours: 5 },
    { pencePerKilowattHour: 2 },
  )
  return versionWith({ registers: [...steps.registers, { ...first, register: 9 }] })
}

test.each(wrong)('a tariff is refused as %s, at %s', (reason, field, version) => {
  const document = documentOf(version)
  expect(Value.Check(TariffDocument, document)).toBe(true)
  const read = tariffOf(document)
  expect(read).toMatchObject({ ok: false, reason })
  expect(!read.ok && read.detail).toContain(field)
})

test('every reason for a refusal is reached', () => {
  expect(new Set(wrong.map(([reason]) => reason))).toEqual(new Set(Object.keys(tariffProblems)))
})

test('two versions of one number are refused', () => {
  expect(tariffOf(documentOf(halfHourly, halfHourly))).toMatchObject({ reason: 'NameRepeated' })
})

test('half-hourly prices are valid as long as there are some', () => {
  const read = tariffOf(documentOf(halfHourly))
  expect(read.ok && read.value.versions[0]).toEqual({
    version: 1,
    validFrom: Date.UTC(2026, 0, 1),
    validUntil: Date.UTC(2026, 0, 1, 1),
    standingCharge: 0,
    rates: { kind: 'halfHourly', prices: [1_000_000, -2_500_000] },
  })
})

const shapes: readonly (readonly [string, unknown])[] = [
  ['another clock', { ...documentOf(halfHourly), clock: 'Europe/Paris' }],
  ['no version', documentOf()],
  ['a stray member', { ...documentOf(halfHourly), free: true }],
  [
    'more than 48 registers',
    documentOf(versionWith({ registers: Array.from({ length: 49 }, () => first) })),
  ],
  [
    'more than 50 special days',
    documentOf(
      versionWith({ specialDays: Array.from({ length: 51 }, () => ({ on: '12-25', day: 1 })) }),
    ),
  ],
  ['a time of day that is none', documentOf(versionWith(switches({ at: '24:00', register: 1 })))],
  [
    'a price beyond the limit',
    documentOf({ ...halfHourly, halfHourlyPencePerKilowattHour: [10_001] }),
  ],
  [
    'a price in words',
    documentOf({ ...halfHourly, halfHourlyPencePerKilowattHour: ['1'] } as never),
  ],
]

test.each(shapes)('at the door %s is refused', (_what, document) => {
  expect(Value.Check(TariffDocument, document)).toBe(false)
})
