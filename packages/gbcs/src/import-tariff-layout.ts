import { requestHead, setTable, type SetTable } from './access.ts'
import { dateWords, executionField, specialDay, timeOfDay, timeWords } from './calendar-data.ts'
import { dateBytes, decodeDate, encodeDate, type CalendarDay } from './calendar-day.ts'
import {
  after,
  array,
  datumField,
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
import { constant, type Layout } from './layout.ts'

/** What one table of a tariff holds. */
type Table<Key extends keyof ImportTariff> = Pick<ImportTariff, Key>
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
const ends = array(most.thresholds, () => unsigned32)

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
const standingCharge = members<Table<'standingChargeScale' | 'standingCharge'>>({
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
const prices = members<Table<'priceScale' | 'prices'>>({
  priceScale: scaleOfCharge(3, 3, activeImport, 2),
  prices: array(importTariffPrices, (place) => price[place - 1] ?? signed16),
})

const dayWords = ({ name, switches }: Item<'days'>): string =>
  `day ${name}: ` +
  switches.map((each) => `register ${each.register} from ${timeWords(each.atSeconds)}`).join(', ')
const pounds = (scale: number): string => `× 10^${scale} pounds`
const priceWords = (tariff: Table<'priceScale' | 'prices'>): string => {
  const priced = tariff.prices.flatMap((each, at) => {
    const index = priceIndex(at + 1)
    const block = `block ${(index >> 4) - 9} of register ${100 + (index & 0xf)}`
    const register = index > registers.timeOfUse.count ? block : `register ${index}`
    return each === 0 ? [] : [`${register}: ${each}`]
  })
  return `${priced.join(', ') || 'all 0'} ${pounds(tariff.priceScale)} per kWh`
}

const activation = 9_000
const calendar = [0, 0, 13, 0, 0, 255] as const
const currency = [0, 0, 94, 44, 2, 0] as const
const charge = (e: number) => [0, 0, 19, 20, e, 255] as const

/** When each of the tables comes into force. */
export const importTariffActivations: readonly SetTable[] = [
  setTable('activation of the calendar', 20, calendar, 10),
  setTable('activation of the special days', activation, [0, 0, 94, 44, 128, 29], 6),
  setTable('activation of the currency', activation, currency, 6),
  setTable('activation of the standing charge', 113, charge(4), 7),
  setTable('activation of the prices', 113, charge(0), 7),
  setTable('activation of the thresholds', activation, [0, 0, 63, 1, 1, 255], 6),
]
/** Twenty-one objects: the passive tables, and for each when it comes into force. */
const targets = [
  setTable('seasons to come', 20, calendar, 7),
  setTable('weeks to come', 20, calendar, 8),
  setTable('days to come', 20, calendar, 9),
  setTable('table of special days', 11, [0, 1, 11, 0, 0, 255], 2),
  ...Array.from({ length: registers.block.count }, (_, at) =>
    setTable(`thresholds of register ${101 + at}`, 21, [0, 0, 16, 1, 11 + at, 255], 2),
  ),
  setTable('currency', activation, currency, 4),
  setTable('standing charge to come', 113, charge(4), 6),
  setTable('prices to come', 113, charge(0), 6),
  ...importTariffActivations,
]
/** What each of the results of an answer is about. */
export const importTariffObjects: readonly string[] = targets.map(({ name }) => name)

export const importTariffLayout: Layout<ImportTariff> = [
  ...requestHead<ImportTariff>(targets),
  datumField(
    'seasons',
    members<Table<'seasons'>>({ seasons: array(most.seasons, () => season) }),
    areSeasons,
    ({ seasons }) =>
      seasons
        .map(({ name, start, week: of }) => `${name} from ${dateWords(start)}: week ${of}`)
        .join('; '),
  ),
  datumField(
    'weeks',
    members<Table<'weeks'>>({ weeks: array(most.weeks, () => week) }),
    areWeeks,
    ({ weeks }) => weeks.map(({ name, days }) => `week ${name}: days ${days.join(' ')}`).join('; '),
  ),
  datumField(
    'days',
    members<Table<'days'>>({ days: array(most.days, () => day) }),
    areDays,
    ({ days }) => days.map(dayWords).join('; '),
  ),
  datumField(
    'special days',
    members<Table<'specialDays'>>({ specialDays: array(most.specialDays, specialDay) }),
    areSpecialDays,
    ({ specialDays }) =>
      specialDays.map((each) => `${dateWords(each.date)}: day ${each.day}`).join('; ') || 'none',
  ),
  datumField(
    'thresholds',
    members<Table<'thresholds'>>({ thresholds: sequence(registers.block.count, () => ends) }),
    areThresholds,
    ({ thresholds }) =>
      thresholds.map((each, at) => `register ${101 + at}: ${each.join(' ')}`).join('; '),
  ),
  { ...constant('currency in force', 0x03, 0xff), say: () => 'pounds' },
  datumField(
    'standing charge',
    standingCharge,
    isStandingCharge,
    (tariff) => `${tariff.standingCharge} ${pounds(tariff.standingChargeScale)} a day`,
  ),
  datumField('prices', prices, arePrices, priceWords),
  executionField('date of execution of the calendar'),
  executionField('date of execution of the special days'),
  executionField('date of execution of the currency'),
  executionField('date of execution of the standing charge'),
  executionField('date of execution of the prices'),
  executionField('date of execution of the thresholds'),
]
