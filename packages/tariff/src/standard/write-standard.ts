import {
  importTariffPrices,
  registers as numbers,
  takes,
  type CalendarDay,
  type ImportTariff,
} from '@interlock/gbcs'
import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import type { Micropence } from '../money.ts'
import type { Block, Tariff, TimeOfUse, YearlyDate } from '../tariff.ts'
import { byUtc } from './by-utc.ts'
import { endless } from './read-standard.ts'

/** What the standard's message says of a tariff, but for when it is to be carried out. */
export type StandardTables = Omit<ImportTariff, 'execution'>

export const standardUnfit = {
  NotOneVersion: 'it is not of one version',
  HalfHourly: 'another price every half-hour of every day has no place in it',
  ClockUnfit: 'its registers switch by a clock other than UTC, for too long',
  BlocksUnfit:
    'its blocks begin again with another period than the month of UTC, or have no number',
  PriceUnfit: 'its prices have more digits than one scale and two bytes hold',
  TablesUnfit: 'its tables are larger than those of the message',
} as const
export type StandardUnfit = keyof typeof standardUnfit

/**
 * The tables of the standard's message (ECS01a) that say this tariff to the digit from `from` on, where there
 * are such: {@link standardTariff} reads it back. A tariff of the message has no end, so that its own is
 * not said, and its days are those of UTC: its standing charge is for each of them.
 */
export function standardMessage(
  tariff: Tariff,
  from: Instant,
): Outcome<StandardTables, StandardUnfit> {
  const [given, more] = tariff.versions
  if (given === undefined || more !== undefined) return refused('NotOneVersion')
  if (given.rates.kind === 'halfHourly') return refused('HalfHourly')
  const rates = ratesByUtc(tariff, from)
  if (rates === undefined) return refused('ClockUnfit')
  const blocks = blockRegisters(rates)
  if (blocks === undefined || (tariff.clock !== 'UTC' && blocks.size > 0))
    return refused('BlocksUnfit')
  const priced = pricesOf(rates, blocks)
  const standing = scaled([given.standingCharge])
  if (priced === undefined || standing === undefined) return refused('PriceUnfit')
  const tables: StandardTables = {
    ...calendarOf(rates),
    thresholds: Array.from({ length: numbers.block.count }, (_, at) =>
      endsOf(blocks.get(numbers.block.first + at) ?? []),
    ),
    standingCharge: standing.values[0] ?? 0,
    standingChargeScale: standing.scale,
    prices: priced.values,
    priceScale: priced.scale,
  }
  return takes('ECS01a', { ...tables, execution: 'atOnce' }) ? ok(tables) : refused('TablesUnfit')
}

function ratesByUtc(tariff: Tariff, from: Instant): TimeOfUse | undefined {
  const rates = (tariff.clock === 'UTC' ? tariff : byUtc(tariff, from))?.versions[0]?.rates
  return rates?.kind === 'timeOfUse' ? rates : undefined
}

type Blocks = ReadonlyMap<number, readonly Block[]>

/** The number that a register of a document has in the message: those with blocks have their own. */
const numberOf = (register: number, blocks: readonly Block[]): number =>
  register < numbers.block.first && blocks.length > 1
    ? register + numbers.block.first - 1
    : register

/** Those with blocks by their number in the message; `undefined` where one has no place in it. */
function blockRegisters({ registers, blockPeriod }: TimeOfUse): Blocks | undefined {
  const all = [...registers].map(([register, { blocks }]) => ({
    number: numberOf(register, blocks),
    blocks,
  }))
  const found = all.filter(({ number }) => number >= numbers.block.first)
  const { first, count } = numbers.block
  const fit = found.every(({ number }) => number < first + count)
  return fit && (found.length === 0 || blockPeriod === 'month')
    ? new Map(found.map(({ number, blocks }) => [number, blocks]))
    : undefined
}

/** The energy at which each block ends, and where there is room that the last has no end. */
const endsOf = (blocks: readonly Block[]): readonly number[] => {
  const ends = blocks.flatMap(({ upToWattHours }) => upToWattHours ?? [])
  return ends.length < numbers.block.blocks - 1 ? [...ends, endless] : ends
}

function pricesOf({ registers }: TimeOfUse, blocks: Blocks): Scaled | undefined {
  const { timeOfUse, block } = numbers
  const prices = Array.from({ length: importTariffPrices }, (_, at) => {
    const beyond = at - timeOfUse.count
    const of =
      beyond < 0
        ? registers.get(at + timeOfUse.first)?.blocks
        : blocks.get(block.first + (beyond % block.count))
    const isElsewhere = beyond < 0 && (of?.length ?? 0) > 1
    return isElsewhere ? 0 : (of?.[Math.max(0, Math.floor(beyond / block.count))]?.price ?? 0)
  })
  return scaled(prices)
}

type Scaled = { readonly values: readonly number[]; readonly scale: number }
const highest = 0x7fff
/** A millionth of a penny, in powers of ten of a pound. */
const finest = -8

/** The amounts in units of one power of ten of a pound, the finest in which two bytes hold them all. */
function scaled(amounts: readonly (Micropence | 0)[]): Scaled | undefined {
  const largest = Math.max(...amounts.map(Math.abs))
  let power = 0
  while (largest > highest * 10 ** power) power++
  const unit = 10 ** power
  if (amounts.some((each) => each % unit !== 0)) return undefined
  return { values: amounts.map((each) => each / unit), scale: finest + power }
}

function calendarOf({
  days,
  weeks,
  seasons,
  specialDays,
  registers,
}: TimeOfUse): Pick<StandardTables, 'days' | 'weeks' | 'seasons' | 'specialDays'> {
  const named = (register: number): number =>
    numberOf(register, registers.get(register)?.blocks ?? [])
  return {
    days: byName(days).map(([name, switches]) => ({
      name,
      switches: switches.map(({ second, register }) => ({
        atSeconds: second,
        register: named(register),
      })),
    })),
    weeks: byName(weeks).map(([name, each]) => ({ name, days: each })),
    seasons: seasons.map(({ name, from, week }, at) => ({
      name: isPlain(name) ? name : `season ${at + 1}`,
      start: dayOf(from),
      week,
    })),
    specialDays: specialDays.map(({ on, day }) => ({ date: dayOf(on), day })),
  }
}

const byName = <Value>(map: ReadonlyMap<number, Value>): readonly (readonly [number, Value])[] =>
  [...map].toSorted(([left], [right]) => left - right)
/** As the request for the message has it. */
const isPlain = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9 -]{0,19}$/.test(name)
const dayOf = ({ year, monthDay }: YearlyDate): CalendarDay => ({
  year: year ?? 'any',
  month: Math.floor(monthDay / 100),
  day: monthDay % 100,
})
