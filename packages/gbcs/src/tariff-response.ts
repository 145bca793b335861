import {
  array,
  datumFieldOrNull,
  fixed,
  members,
  orNull,
  sequence,
  signed8,
  unsigned32,
  type Table,
} from './datum.ts'
import { specialDay } from './calendar-data.ts'
import { ends, importTariffTables as tables, inPounds, pounds } from './import-tariff-data.ts'
import { importTariffMost as most, registers, type ImportTariff } from './import-tariff.ts'
import type { Layout } from './layout.ts'
import type { Answer } from './response.ts'

/** The tariff that a meter goes by, as it shows it; what could not be read is absent, of thresholds `null`. */
export type TariffShown = Partial<
  Omit<ImportTariff, 'specialDays' | 'thresholds' | 'execution'>
> & {
  /** Of a kilowatt-hour, in units of 10^`activePriceScale` pounds. */
  readonly activePrice?: number
  readonly activePriceScale?: number
  readonly tariffSpecialDays?: ImportTariff['specialDays']
  /** For each of the eight block registers; an end may be there more than once, the highest number being none. */
  readonly thresholds?: readonly (readonly number[] | null)[]
  readonly currency?: 'pounds'
}
type Shown<Key extends keyof TariffShown> = Required<Pick<TariffShown, Key>>

const always = () => true
const activePrice: Table<Shown<'activePrice'>> = {
  name: 'price of now',
  datum: members({ activePrice: unsigned32 }),
  may: always,
  say: (shown) => `${shown.activePrice}`,
}
/** A structure of the power of ten and the unit, which is none of those that have a number. */
const scaleBytes = 6
const noUnit = [0x16, 0xfe] as const
const activePriceScale: Table<Shown<'activePriceScale'>> = {
  name: 'scale of the price of now',
  datum: members({
    activePriceScale: fixed<number>(
      scaleBytes,
      (scale) => Uint8Array.of(0x02, 2, ...signed8.write(scale), ...noUnit),
      (bytes) => signed8.read(bytes, 2)?.value,
    ),
  }),
  may: always,
  say: (shown) => pounds(shown.activePriceScale),
}
const specialDays: Table<Shown<'tariffSpecialDays'>> = {
  name: tables.specialDays.name,
  datum: members({ tariffSpecialDays: array(most.specialDays, specialDay) }),
  may: (shown) => tables.specialDays.may({ specialDays: shown.tariffSpecialDays }),
  say: (shown) => tables.specialDays.say({ specialDays: shown.tariffSpecialDays }),
}
const noThresholds = Array.from({ length: registers.block.count }, () => null)
const eachThresholds = sequence(registers.block.count, () => orNull(ends))
const areEnds = (shown: readonly number[] | null): boolean =>
  shown === null ||
  (shown.length >= 1 &&
    shown.length <= most.thresholds &&
    shown.every((end, at) => end >= (shown[at - 1] ?? 0) && end <= 0xffff_ffff))
const currency: Table<Shown<'currency'>> = {
  name: 'currency',
  datum: members({
    currency: fixed<'pounds'>(
      inPounds.length,
      () => Uint8Array.from(inPounds),
      () => 'pounds',
    ),
  }),
  may: always,
  say: (shown) => shown.currency,
}

/** What ECS24 is answered with. */
export const tariffShown: Layout<TariffShown> = [
  datumFieldOrNull(activePrice, 'activePrice'),
  datumFieldOrNull(activePriceScale, 'activePriceScale'),
  datumFieldOrNull(tables.seasons, 'seasons'),
  datumFieldOrNull(tables.weeks, 'weeks'),
  datumFieldOrNull(tables.days, 'days'),
  datumFieldOrNull(specialDays, 'tariffSpecialDays'),
  {
    name: 'thresholds',
    bytes: (rest) => eachThresholds.read(rest, 0)?.next,
    write: ({ thresholds = noThresholds }) => eachThresholds.write(thresholds),
    read(bytes) {
      const thresholds = eachThresholds.read(bytes, 0)?.value
      if (thresholds === undefined || !thresholds.every(areEnds)) return undefined
      return thresholds.every((each) => each === null) ? {} : { thresholds }
    },
    say: ({ thresholds = noThresholds }) =>
      thresholds
        .map((each, at) => `register ${101 + at}: ${each?.join(' ') ?? 'not read'}`)
        .join('; '),
  },
  datumFieldOrNull(currency, 'currency'),
  datumFieldOrNull(tables.standingCharge, 'standingChargeScale', 'standingCharge'),
  datumFieldOrNull(tables.prices, 'priceScale', 'prices'),
]

/** Whether each object was read, in the order of the command. */
const readOf = (shown: TariffShown): readonly boolean[] => [
  shown.activePrice !== undefined,
  shown.activePriceScale !== undefined,
  shown.seasons !== undefined,
  shown.weeks !== undefined,
  shown.days !== undefined,
  shown.tariffSpecialDays !== undefined,
  ...(shown.thresholds ?? noThresholds).map((each) => each !== null),
  shown.currency !== undefined,
  shown.standingCharge !== undefined,
  shown.prices !== undefined,
]

/** Whether each table that is there is one that can be written. */
function areTables(shown: TariffShown): boolean {
  const { seasons, weeks, days, tariffSpecialDays, thresholds = noThresholds } = shown
  const { activePrice: price = 0, activePriceScale: scale = 0 } = shown
  const { standingCharge, standingChargeScale, prices, priceScale } = shown
  const isPair = (value: unknown, of: unknown) => (value === undefined) === (of === undefined)
  return (
    Number.isInteger(price) &&
    price >= 0 &&
    price <= 0xffff_ffff &&
    Number.isInteger(scale) &&
    Math.abs(scale + 0.5) < 0x80 &&
    (seasons === undefined || tables.seasons.may({ seasons })) &&
    (weeks === undefined || tables.weeks.may({ weeks })) &&
    (days === undefined || tables.days.may({ days })) &&
    (tariffSpecialDays === undefined || specialDays.may({ tariffSpecialDays })) &&
    thresholds.length === registers.block.count &&
    thresholds.every(areEnds) &&
    isPair(standingCharge, standingChargeScale) &&
    (standingCharge === undefined ||
      tables.standingCharge.may({
        standingCharge,
        standingChargeScale: standingChargeScale ?? 0,
      })) &&
    isPair(prices, priceScale) &&
    (prices === undefined || tables.prices.may({ prices, priceScale: priceScale ?? 0 }))
  )
}

/** Whether something was read where that succeeded, and there alone; or nothing is said of any of it. */
export function isTariffShown({ result, results, data, ...shown }: Answer): boolean {
  if (data !== undefined || !areTables(shown)) return false
  const read = readOf(shown)
  return (
    !read.includes(true) ||
    read.every((each, at) => each === ((results?.[at] ?? result) === 'success'))
  )
}
