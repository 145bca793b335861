import { encodePreCommand, signPreCommand, type Command } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import {
  eui64,
  fromIso,
  instant,
  type Crypto,
  type Instant,
  type PrivateKey,
} from '@interlock/kernel'
import { tariffBytes } from '@interlock/tariff'
import { expect, test } from 'vitest'
import { acceptTariff, isNewer, newerTariff, openTariff, type MeterTariff } from './meter-tariff.ts'

const at = (text: string) => fromIso(text) ?? instant(0)
const now = at('2026-03-28T23:10:00Z')
const meter = eui64('02-00-00-03-00-00-00-01')
const other = eui64('02-00-00-03-00-00-00-02')
const key = crypto.generateKey().key
const stranger = crypto.generateKey().key
const organisation = eui64('02-00-00-00-00-00-00-06')
const supplier = { publicKey: key.publicKey, organisation, eui: organisation }
/** A reader that looks at no signature. */
const credulous: Crypto = { ...crypto, verify: () => true }

/** Cheap from 02:30 to 05:30 in London, until the end of 29 March 2026, when the clocks change. */
const document = (version: number): Uint8Array =>
  tariffBytes({
    tariff: 'night',
    clock: 'Europe/London',
    versions: [
      {
        version,
        validFrom: '2026-01-01T00:00:00Z',
        validUntil: '2026-03-29T23:00:00Z',
        standingChargePencePerDay: 47.85,
        timeOfUse: {
          registers: [
            { register: 1, name: 'day', blocks: [{ pencePerKilowattHour: 24.39255 }] },
            { register: 2, name: 'night', blocks: [{ pencePerKilowattHour: 7.00035 }] },
          ],
          days: [
            {
              day: 1,
              switches: [
                { at: '00:00', register: 1 },
                { at: '02:30', register: 2 },
                { at: '05:30', register: 1 },
              ],
            },
          ],
          weeks: [{ week: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
          seasons: [{ name: 'all year', from: '01-01', week: 1 }],
        },
      },
    ],
  })
const addressed = { originator: organisation, target: meter, counter: 9n }
const carried = (change: object = {}): Command => ({
  useCase: 'UpdateTariffDocument',
  ...addressed,
  version: 3,
  document: document(3),
  ...change,
})
const signed = (command: Command, by: PrivateKey = key): Uint8Array =>
  signPreCommand(encodePreCommand(command), by, crypto)
const open = (bytes: Uint8Array, by: Crypto = crypto, home = meter) =>
  openTariff(bytes, home, supplier, by, now)

test('a document that the pinned supplier signed is opened, to its end and by the clock of London', () => {
  const opened = open(signed(carried()))
  if (!opened.ok) throw new Error(opened.reason)
  const { prices, ...rest } = opened.value
  expect(rest).toEqual({ meter, counter: 9n, version: 3, readAt: now })
  expect(prices[0]?.from).toBe(at('2026-03-28T23:00:00Z'))
  expect(prices.at(-1)?.from).toBe(at('2026-03-29T22:30:00Z'))
  const cheap = prices.filter((price) => price.pencePerKilowattHour === 7.00035)
  expect(cheap.map(({ from }) => from)).toEqual(
    ['01:30', '02:00', '02:30', '03:00', '03:30', '04:00'].map((time) =>
      at(`2026-03-29T${time}:00Z`),
    ),
  )
})

test('what a stranger signed is forged; without that check it would be believed', () => {
  const forged = signed(carried(), stranger)
  expect(open(forged)).toMatchObject({ ok: false, reason: 'TariffForged' })
  expect(open(forged, credulous)).toMatchObject({ ok: true })
  const elsewhere = signed(carried({ originator: other }))
  expect(open(elsewhere)).toMatchObject({ ok: false, reason: 'TariffForged' })
})

test('no bit of what the supplier signed can be changed; without its signature prices could be', () => {
  const bytes = signed(carried())
  const text = new TextDecoder('latin1').decode(bytes)
  const price = text.indexOf('24.39255')
  const changed = bytes.slice()
  changed[price] = '1'.charCodeAt(0)
  expect(open(changed)).toMatchObject({ ok: false, reason: 'TariffForged' })
  const believed = open(changed, credulous)
  expect(believed.ok && believed.value.prices[0]?.pencePerKilowattHour).toBe(14.39255)
  for (let at = 0; at < bytes.length; at += 7) {
    const flipped = bytes.map((byte, index) => (index === at ? byte ^ 4 : byte))
    expect(open(flipped).ok).toBe(false)
  }
})

test("another home's tariff is refused; for its own home it is good", () => {
  const bytes = signed(carried({ target: other }))
  expect(open(bytes)).toMatchObject({ ok: false, reason: 'TariffElsewhere' })
  expect(open(bytes, crypto, other)).toMatchObject({ ok: true })
})

test('a signed message that is no tariff is refused, and so is a document of another version', () => {
  const arm = {
    controller: 1,
    direction: 'import',
    levelPercent: 0,
    from: now,
    until: now,
  } as const
  expect(open(signed({ useCase: 'ECS47a', ...addressed, ...arm }))).toMatchObject({
    reason: 'TariffUnreadable',
  })
  expect(open(signed(carried({ document: document(4) })))).toMatchObject({
    reason: 'TariffUnreadable',
  })
  expect(open(Uint8Array.of(1, 2, 3))).toMatchObject({ reason: 'TariffUnreadable' })
})

const opened = (version: number): MeterTariff => {
  const tariff = open(
    signed(carried({ counter: BigInt(version), version, document: document(version) })),
  )
  if (!tariff.ok) throw new Error(tariff.reason)
  return tariff.value
}

test('a newer tariff replaces the held one, and an older one is refused as a replay', () => {
  const [three, four] = [opened(3), opened(4)]
  expect(acceptTariff(three, four, now)).toEqual({ ok: true, value: four })
  expect(acceptTariff(four, three, now)).toMatchObject({ ok: false, reason: 'TariffOlder' })
  // Whoever remembers nothing takes the old one back.
  expect(acceptTariff(undefined, three, now)).toMatchObject({ ok: true })
  expect([isNewer(three, four), isNewer(four, four), isNewer(undefined, three)]).toEqual([
    true,
    false,
    true,
  ])
})

test('a tariff is stale once its last price has passed, and not before', () => {
  const three = opened(3)
  const end = at('2026-03-29T23:00:00Z')
  expect(acceptTariff(undefined, three, instant(end - 1)).ok).toBe(true)
  expect(acceptTariff(undefined, three, end)).toMatchObject({ reason: 'TariffStale' })
  const late = openTariff(signed(carried()), meter, supplier, crypto, end)
  expect(late.ok && acceptTariff(undefined, late.value, end)).toMatchObject({
    reason: 'TariffStale',
  })
})

test('half-hourly prices that have not begun replace nothing that a reader holds; once begun they do', () => {
  const halfHourly = (from: Instant) =>
    signed({
      useCase: 'UpdateHalfHourlyTariff',
      ...addressed,
      counter: 10n,
      version: 4,
      from,
      prices: [21_000, 22_000],
    })
  const payer = { meter, supplier }
  const tomorrow = at('2026-03-29T00:00:00Z')
  const offer = (now: Instant) =>
    newerTariff(signed(carried()), halfHourly(tomorrow), payer, crypto, now)
  expect(offer(now)).toMatchObject({ ok: false, reason: 'TariffStale' })
  expect(offer(tomorrow)).toMatchObject({ ok: true, value: { version: 4, prices: { length: 2 } } })
  // Whoever says so may go by a clock that is ahead of the reader's.
  expect(offer(instant(tomorrow - 30_000)).ok).toBe(true)
  expect(offer(instant(tomorrow - 31_000)).ok).toBe(false)
})

/** One register all year, in the standard's message. */
const standard = (execution: 'atOnce' | 'never' | Instant, change: object = {}): Command => ({
  useCase: 'ECS01a',
  ...addressed,
  seasons: [{ name: 'all', start: { year: 'any', month: 1, day: 1 }, week: 1 }],
  weeks: [{ name: 1, days: [1, 1, 1, 1, 1, 1, 1] }],
  days: [{ name: 1, switches: [{ atSeconds: 0, register: 48 }] }],
  specialDays: [],
  thresholds: Array.from({ length: 8 }, () => [0xffff_ffff]),
  standingCharge: 4_785,
  standingChargeScale: -4,
  prices: Array.from({ length: 80 }, (_, index) => (index === 47 ? 2_439 : 0)),
  priceScale: -4,
  execution,
  ...change,
})

test("the standard's message is opened as ours are, verified by its supplier's signature alone", () => {
  const opened = open(signed(standard('atOnce')))
  if (!opened.ok) throw new Error(opened.reason)
  const { prices, ...rest } = opened.value
  expect(rest).toEqual({ meter, counter: 9n, version: undefined, readAt: now })
  expect(prices).toHaveLength(7 * 48 + 1)
  expect(new Set(prices.map((each) => each.pencePerKilowattHour))).toEqual(new Set([24.39]))
  expect(open(signed(standard('atOnce'), stranger))).toMatchObject({ reason: 'TariffForged' })
  expect(open(signed(standard('atOnce'), stranger), credulous).ok).toBe(true)
  expect(open(signed(standard('atOnce', { target: other })))).toMatchObject({
    reason: 'TariffElsewhere',
  })
  expect(open(signed(standard('never')))).toMatchObject({ reason: 'TariffUnreadable' })
})

test.each<[number, boolean]>([
  [-600_000, true],
  [0, true],
  [30_000, true],
  [31_000, false],
])('a tariff whose date is %i ms from now has a price for now: %s', (millis, priced) => {
  const opened = open(signed(standard(instant(now + millis))))
  if (!opened.ok) throw new Error(opened.reason)
  expect(opened.value.prices.length > 0).toBe(priced)
  expect(acceptTariff(undefined, opened.value, now).ok).toBe(priced)
})

test("of the standard's message and ours the later one is newer, and none of ours has a lower version", () => {
  const place = (counter: bigint, version?: number): MeterTariff => {
    const command =
      version === undefined
        ? standard('atOnce', { counter })
        : carried({ counter, version, document: document(version) })
    const tariff = open(signed(command))
    if (!tariff.ok) throw new Error(tariff.reason)
    return tariff.value
  }
  const takes = (held: MeterTariff, offered: MeterTariff) => acceptTariff(held, offered, now).ok
  expect(takes(place(9n, 3), place(10n))).toBe(true)
  expect(takes(place(10n), place(11n, 1))).toBe(true)
  expect(takes(place(10n), place(9n, 4))).toBe(false)
  expect(takes(place(10n), place(9n))).toBe(false)
  expect(takes(place(10n, 4), place(11n, 3))).toBe(false)
  // What is held is read again.
  expect([takes(place(10n), place(10n)), isNewer(place(10n), place(10n))]).toEqual([true, false])
})
