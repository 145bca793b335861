import { dateWords, specialDay, timeOfDay, timeWords } from './calendar-data.ts'
import { dateBytes, decodeDate, encodeDate, type CalendarDay } from './calendar-day.ts'
import {
  after,
  array,
  fixed,
  members,
  sequence,
  signed16,
  signed8,
  text,
  unsigned16,
  unsigned32,
  unsigned8,
  type Datum,
  type Table,
} from './datum.ts'
import {
  areDays,
  arePrices,
  areSeasons,
  areSpecialDays,
  areThresholds,
  areWeeks,
  importTariffMost as most,
  importTariffPrices,
  isStandingCharge,
  registers,
  type ImportTariff,
  type TariffSwitch,
} from './import-tariff.ts'

/** What one table of a tariff holds. */
type Of<Key extends keyof ImportTariff> = Pick<ImportTariff, Key>
type Item<Key extends 'seasons' | 'weeks' | 'days'> = ImportTariff[Key][number]

const structure = (count: number): readonly number[] => [0x02, count]
/** A number that stands in an octet string of one byte. */
const shortName = fixed<number>(
  3,
  (value) => Uint8Array.of(0x09, 1, value),
  (bytes) => bytes[2],
)

/** An octet string of a date-time at midnight, UTC. */
const dateAtMidnight = fixed<CalendarDay>(
  14,
  (day) => Uint8Array.of(0x09, 12, ...encodeDate(day), 0, 0, 0, 0, 0x80, 0, 0xff),
  (bytes) => decodeDate(bytes.subarray(2, 2 + dateBytes)),
)
const season: Datum<Item<'seasons'>> = after(
  structure(3),
  members({ name: text, start: dateAtMidnight, week: shortName }),
)
const week: Datum<Item<'weeks'>> = after(
  structure(8),
  members({ name: shortName, days: sequence(7, () => unsigned8) }),
)
/** The script table that a day switches registers by. */
const script = [0x09, 6, 0, 0, 10, 0, 100, 255] as const
const change: Datum<TariffSwitch> = after(
  structure(3),
  members({ atSeconds: timeOfDay, register: after(script, unsigned16) }),
)
const day: Datum<Item<'days'>> = after(
  structure(2),
  members({ name: unsigned8, switches: array(most.switches, () => change) }),
)
/** The energies at which the blocks of one register end. */
export const ends = array(most.thresholds, () => unsigned32)

const nothing = [0, 0, 0, 0, 0, 0] as const
const activeImport = [1, 0, 1, 8, 0, 255] as const
/**
 * The head of a table of charges: power of ten of what is charged for, of the money, and the attribute
 * that is charged for.
 */
const scaleOfCharge = (
  power: number,
  classId: number,
  obis: readonly number[],
  attribute: number,
): Datum<number> => {
  const scale = after([...structure(3), ...structure(2), 0x0f, power], signed8)
  const of = [...structure(3), 0x12, 0, classId, 0x09, 6, ...obis, 0x0f, attribute]
  return fixed(
    8 + of.length,
    (value) => Uint8Array.of(...scale.write(value), ...of),
    (bytes) => scale.read(bytes, 0)?.value,
  )
}
const standingCharge = members<Of<'standingChargeScale' | 'standingCharge'>>({
  standingChargeScale: scaleOfCharge(0, 0, nothing, 0),
  standingCharge: after([0x01, 1, ...structure(2), 0x09, 0], signed16),
})

/** Registers by time of use are numbered, those with blocks have block and number in one byte. */
const priceIndex = (place: number): number => {
  const { count } = registers.block
  const beyond = place - registers.timeOfUse.count - 1
  return beyond < 0 ? place : ((0xa + Math.floor(beyond / count)) << 4) | ((beyond % count) + 1)
}
const price = Array.from({ length: importTariffPrices }, (_, at) =>
  after([...structure(2), 0x09, 1, priceIndex(at + 1)], signed16),
)
const prices = members<Of<'priceScale' | 'prices'>>({
  priceScale: scaleOfCharge(3, 3, activeImport, 2),
  prices: array(importTariffPrices, (place) => price[place - 1] ?? signed16),
})

const dayWords = ({ name, switches }: Item<'days'>): string =>
  `day ${name}: ` +
  switches.map((each) => `register ${each.register} from ${timeWords(each.atSeconds)}`).join(', ')
export const pounds = (scale: number): string => `× 10^${scale} pounds`
const priceWords = (tariff: Of<'priceScale' | 'prices'>): string => {
  const priced = tariff.prices.flatMap((each, at) => {
    const index = priceIndex(at + 1)
    const block = `block ${(index >> 4) - 9} of register ${100 + (index & 0xf)}`
    const register = index > registers.timeOfUse.count ? block : `register ${index}`
    return each === 0 ? [] : [`${register}: ${each}`]
  })
  return `${priced.join(', ') || 'all 0'} ${pounds(tariff.priceScale)} per kWh`
}

/** The tables of a tariff, as a command sets them and a meter shows them. */
export const importTariffTables = {
  seasons: {
    name: 'seasons',
    datum: members<Of<'seasons'>>({ seasons: array(most.seasons, () => season) }),
    may: areSeasons,
    say: ({ seasons }) =>
      seasons
        .map(({ name, start, week: of }) => `${name} from ${dateWords(start)}: week ${of}`)
        .join('; '),
  } satisfies Table<Of<'seasons'>>,
  weeks: {
    name: 'weeks',
    datum: members<Of<'weeks'>>({ weeks: array(most.weeks, () => week) }),
    may: areWeeks,
    say: ({ weeks }) =>
      weeks.map(({ name, days }) => `week ${name}: days ${days.join(' ')}`).join('; '),
  } satisfies Table<Of<'weeks'>>,
  days: {
    name: 'days',
    datum: members<Of<'days'>>({ days: array(most.days, () => day) }),
    may: areDays,
    say: ({ days }) => days.map(dayWords).join('; '),
  } satisfies Table<Of<'days'>>,
  specialDays: {
    name: 'special days',
    datum: members<Of<'specialDays'>>({ specialDays: array(most.specialDays, specialDay) }),
    may: areSpecialDays,
    say: ({ specialDays }) =>
      specialDays.map((each) => `${dateWords(each.date)}: day ${each.day}`).join('; ') || 'none',
  } satisfies Table<Of<'specialDays'>>,
  thresholds: {
    name: 'thresholds',
    datum: members<Of<'thresholds'>>({ thresholds: sequence(registers.block.count, () => ends) }),
    may: areThresholds,
    say: ({ thresholds }) =>
      thresholds.map((each, at) => `register ${101 + at}: ${each.join(' ')}`).join('; '),
  } satisfies Table<Of<'thresholds'>>,
  standingCharge: {
    name: 'standing charge',
    datum: standingCharge,
    may: isStandingCharge,
    say: (tariff) => `${tariff.standingCharge} ${pounds(tariff.standingChargeScale)} a day`,
  } satisfies Table<Of<'standingCharge' | 'standingChargeScale'>>,
  prices: { name: 'prices', datum: prices, may: arePrices, say: priceWords } satisfies Table<
    Of<'prices' | 'priceScale'>
  >,
}
/** Pounds, and no other currency. */
export const inPounds = [0x03, 0xff] as const
