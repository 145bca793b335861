import { tariffPricesMax } from '@interlock/gbcs'
import { instant, toIso, type Instant } from '@interlock/kernel'
import type { TariffDocument } from '@interlock/tariff'
import { expect, test } from 'vitest'
import type { Dated } from './last-tariff.ts'
import type { Sending } from './standard-tariff.ts'
import { bodyOf as bodySent, withRest, type Offer } from './tariff.ts'

const now = instant(Date.UTC(2026, 0, 6, 18))
const bodyOf = (offer: Offer, version: number, sending: Partial<Sending> = {}) =>
  bodySent(offer, version, { now, heldUntil: instant(0), ...sending })

/** Of prices that have too many digits for the standard's message, unless it is told others. */
const versions = (count: number, name = 'all day', pence = 400.01): TariffDocument => ({
  tariff: 'one-price',
  clock: 'Europe/London',
  versions: Array.from({ length: count }, (_, version) => ({
    version,
    validFrom: '2026-01-05T00:00:00Z',
    validUntil: '2027-01-05T00:00:00Z',
    standingChargePencePerDay: 47.85,
    timeOfUse: {
      registers: Array.from({ length: 48 }, (_register, index) => ({
        register: index + 1,
        name: `${name} ${index}`,
        blocks: [{ pencePerKilowattHour: pence + index }],
      })),
      days: [
        {
          day: 1,
          switches: Array.from({ length: 48 }, (_switch, index) => ({
            at: `${String(index >> 1).padStart(2, '0')}:${index % 2 === 0 ? '00' : '30'}`,
            register: index + 1,
          })),
        },
      ],
      weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
      seasons: [{ name: 'all year', from: '01-01', week: 1 }],
    },
  })),
})

test('a document of 48 registers fits into a message, with the version it is published as', () => {
  const body = bodyOf(versions(1), 7)
  expect(body).toMatchObject({ ok: true, value: { kind: 'tariffDocument', version: 7 } })
  const text = body.ok && 'document' in body.value && new TextDecoder().decode(body.value.document)
  expect(text).toContain('"version":7')
})

test.each([
  ['two versions', versions(2)],
  ['too long a document', versions(1, 'x'.repeat(60))],
  ['no season of every year', { ...versions(1), versions: [onlyOnce()] }],
])('%s cannot be published', (_what, offer) => {
  expect(bodyOf(offer, 1)).toMatchObject({ ok: false, reason: 'DocumentInvalid' })
})

function onlyOnce(): TariffDocument['versions'][number] {
  const [version] = versions(1).versions
  const timeOfUse = version?.timeOfUse
  if (version === undefined || timeOfUse === undefined) throw new Error('there is one version')
  const seasons = [{ name: 'once', from: '2026-01-01', week: 1 }]
  return { ...version, timeOfUse: { ...timeOfUse, seasons } }
}

test('half-hours without a gap are published as such, and with one are not', () => {
  const from = Date.UTC(2026, 0, 5)
  const price = (halfHours: number) => ({
    from: instant(from + halfHours * 1_800_000),
    pencePerKilowattHour: -1.25,
  })
  expect(bodyOf([price(0), price(1)], 3)).toEqual({
    ok: true,
    value: { kind: 'tariff', version: 3, from, prices: [-1_250, -1_250] },
  })
  expect(bodyOf([price(0), price(2)], 3)).toMatchObject({ reason: 'PricesHaveGaps' })
})

const halfHours = (first: number, count: number, pencePerKilowattHour: number) =>
  Array.from({ length: count }, (_, index) => ({
    from: instant(now + (first + index) * 1_800_000),
    pencePerKilowattHour,
  }))

test('prices that follow those in force without a gap are sent with what is left of them', () => {
  const today = { offer: halfHours(-4, 10, 20) }
  const tomorrow = halfHours(6, 48, 30)
  expect(withRest({ offer: tomorrow }, today, now)).toEqual([...halfHours(0, 6, 20), ...tomorrow])
  // Within a half-hour that one is what is left.
  const within = instant(now + 60_000)
  expect(withRest({ offer: tomorrow }, today, within)).toMatchObject({ 0: { from: now } })
})

test.each<[string, Dated, Dated | undefined]>([
  ['nothing was published before', { offer: halfHours(6, 48, 30) }, undefined],
  ['there is a gap', { offer: halfHours(7, 48, 30) }, { offer: halfHours(-4, 10, 20) }],
  ['they begin now', { offer: halfHours(0, 48, 30) }, { offer: halfHours(-4, 10, 20) }],
  ['those before have not begun', { offer: halfHours(6, 4, 30) }, { offer: halfHours(1, 5, 20) }],
  ['those before are over', { offer: halfHours(6, 4, 30) }, { offer: halfHours(-9, 9, 20) }],
  [
    'those before are yet to be sent',
    { offer: halfHours(6, 4, 30) },
    { offer: halfHours(-4, 10, 20), executeAt: instant(now + 1) },
  ],
  [
    'they are dated',
    { offer: halfHours(6, 4, 30), executeAt: instant(now + 1) },
    { offer: halfHours(-4, 10, 20) },
  ],
  ['those before are a document', { offer: halfHours(6, 4, 30) }, { offer: versions(1) }],
  ['they are a document', { offer: versions(1) }, { offer: halfHours(-4, 10, 20) }],
  [
    'both do not fit into a message',
    { offer: halfHours(6, tariffPricesMax - 2, 30) },
    { offer: halfHours(-4, 10, 20) },
  ],
])('prices are sent as they are where %s', (_what, asked, before) => {
  expect(withRest(asked, before, now)).toEqual(asked.offer)
})

/** Two rates by UTC, of which the second has blocks. */
const utc = (change: Partial<TariffDocument['versions'][number]> = {}): TariffDocument => ({
  tariff: 'two-rates',
  clock: 'UTC',
  versions: [
    {
      version: 0,
      validFrom: '2026-01-05T00:00:00Z',
      validUntil: '2027-01-05T00:00:00Z',
      standingChargePencePerDay: 47.85,
      timeOfUse: {
        registers: [
          { register: 3, name: 'night', blocks: [{ pencePerKilowattHour: 7.05 }] },
          {
            register: 2,
            name: 'day',
            blocks: [
              { pencePerKilowattHour: 24.39, upToWattHours: 300_000 },
              { pencePerKilowattHour: 31.02 },
            ],
          },
        ],
        days: [
          {
            day: 1,
            switches: [
              { at: '00:00', register: 3 },
              { at: '05:30:01', register: 2 },
            ],
          },
        ],
        weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
        seasons: [{ name: 'all year', from: '01-01', week: 1 }],
        specialDays: [{ on: '2026-12-25', day: 1 }],
      },
      ...change,
    },
  ],
})
const day = { month: 1, day: 1, weekday: 'any' } as const

test("what the standard's message says to the digit goes by it, at once", () => {
  const endless = 0xffff_ffff
  expect(bodyOf(utc(), 7)).toEqual({
    ok: true,
    value: {
      kind: 'timeOfUseTariff',
      executeAt: undefined,
      elements: {
        currency: 'GBP',
        switching: {
          days: [
            {
              name: 1,
              switches: [
                { at: '00:00:00', register: 3 },
                { at: '05:30:01', register: 102 },
              ],
            },
          ],
          weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
          seasons: [{ name: 'all year', start: { ...day, year: 'any' }, week: 1 }],
        },
        specialDays: [{ date: { year: 2026, month: 12, day: 25, weekday: 'any' }, day: 1 }],
        thresholds: Array.from({ length: 8 }, (_, at) =>
          at === 1 ? [300_000, endless] : [endless],
        ),
      },
      prices: {
        standingCharge: 4_785,
        standingChargeScale: -4,
        priceScale: -5,
        timeOfUse: [0, 0, 7_050],
        blocks: [
          [0, 0, 0, 0],
          [24_390, 31_020, 0, 0],
        ],
      },
    },
  })
})

const at = (days: number): Instant => instant(now + days * 86_400_000)
test.each<[string, Instant | undefined, Parameters<typeof utc>[0], Partial<Sending>]>([
  ['at once where it holds already', undefined, {}, { executeAt: at(-1) }],
  ['when it is to hold from', at(1), { validFrom: toIso(at(1)) }, {}],
  ['when it is to be carried out', at(2), { validFrom: toIso(at(1)) }, { executeAt: at(2) }],
])('the meter is told %s', (_when, executeAt, change, sending) => {
  expect(bodyOf(utc(change), 1, sending)).toMatchObject({
    value: { kind: 'timeOfUseTariff', executeAt },
  })
})

test.each<[string, Parameters<typeof utc>[0], Partial<Sending>]>([
  ['is to hold in more than thirty days', { validFrom: toIso(at(31)) }, {}],
  ['has ended, which is not said by the standard', { validUntil: toIso(now) }, {}],
  ['must come after one that is held by its version', {}, { heldUntil: at(1) }],
])('a tariff that %s goes by ours', (_what, change, sending) => {
  expect(bodyOf(utc(change), 7, sending)).toMatchObject({
    value: { kind: 'tariffDocument', version: 7 },
  })
})

test('a tariff whose prices have too many digits goes by ours, and one too long for that by the standard', () => {
  const [only] = utc().versions
  const timeOfUse = only?.timeOfUse
  if (timeOfUse === undefined) throw new Error('it is by time of use')
  const [first, second] = timeOfUse.registers
  if (first === undefined || second === undefined) throw new Error('there are two')
  const fine = { ...first, blocks: [{ pencePerKilowattHour: 7.00035 }] }
  expect(bodyOf(utc({ timeOfUse: { ...timeOfUse, registers: [fine, second] } }), 7)).toMatchObject({
    value: { kind: 'tariffDocument' },
  })
  const long = { ...versions(1, 'x'.repeat(60), 10), clock: 'UTC' } as const
  expect(bodyOf(long, 7)).toMatchObject({ value: { kind: 'timeOfUseTariff' } })
})
