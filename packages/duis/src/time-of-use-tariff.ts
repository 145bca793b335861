import type { Instant } from '@interlock/kernel'
import { calendarDate, type CalendarDate } from './calendar-date.ts'
import { dateTime, oneOf, plainName, timeOfDay, whole } from './leaves.ts'
import {
  child,
  holding,
  Misshapen,
  numbered,
  optional,
  several,
  struct,
  type Shape,
} from './shape.ts'

/** 1.1.1 as the standard has it: by time of use, with blocks, or both. */
export type TimeOfUseTariffBody = {
  readonly kind: 'timeOfUseTariff'
  /** When the meter is to go by it, a cancellation for never; absent: at once. */
  readonly executeAt?: Instant | undefined
  readonly elements: {
    readonly currency: 'GBP'
    readonly switching: SwitchingTable
    readonly specialDays: readonly { readonly date: CalendarDate; readonly day: number }[]
    /** Thresholds of the blocks, one list for each of the eight time-of-use registers. */
    readonly thresholds: readonly (readonly number[])[]
  }
  readonly prices: {
    readonly standingCharge: number
    /** Powers of ten of the currency unit. */
    readonly standingChargeScale: number
    readonly priceScale: number
    /** One for each register by time of use that has a price. */
    readonly timeOfUse: readonly number[]
    /** For each register with blocks that has prices, one for each block. */
    readonly blocks: readonly (readonly number[])[]
  }
}
export type SwitchingTable = {
  readonly days: readonly { readonly name: number; readonly switches: readonly Switch[] }[]
  /** The day profile of each day, Monday first. */
  readonly weeks: readonly { readonly name: number; readonly days: readonly number[] }[]
  readonly seasons: readonly {
    readonly name: string
    readonly start: CalendarDate
    readonly week: number
  }[]
}
/** From `at` (`hh:mm:ss`) the register counts: from 1 by time of use, from 101 with blocks. */
export type Switch = { readonly at: string; readonly register: number }

/** Most of each, as the standard's schema has them; names of weeks and seasons are bounded by us. */
const most = {
  registers: 48,
  blockRegisters: 8,
  blocks: 4,
  days: 16,
  switches: 48,
  weeks: 4,
  seasons: 4,
  specialDays: 50,
} as const
const blocksMax = 3
const u32 = whole(0, 0xffff_ffff)
const i32 = whole(-0x8000_0000, 0x7fff_ffff)
const scale = whole(-128, 127)
const dayName = whole(1, most.days)
const weekName = whole(1, most.weeks)
const upTo = (max: number) => ({ min: 1, max })

type Action = Pick<Switch, 'at'> & Readonly<Record<'timeOfUse' | 'block', number | undefined>>
const action = struct<Action>({
  at: child('StartTime', timeOfDay),
  timeOfUse: optional('TOUTariffAction', whole(1, most.registers)),
  block: optional('BlockTariffAction', whole(1, most.blockRegisters)),
})
/** What is added to the number of a register with blocks. */
const blockBase = 100
const change: Shape<Switch> = {
  write: ({ at, register }) =>
    action.write(
      register > blockBase
        ? { at, timeOfUse: undefined, block: register - blockBase }
        : { at, timeOfUse: register, block: undefined },
    ),
  read(node) {
    const { at, timeOfUse, block } = action.read(node)
    const register = timeOfUse ?? blockBase + (block ?? 0)
    if ((timeOfUse === undefined) === (block === undefined))
      throw new Misshapen(node.name, 'must have one action')
    return { at, register }
  },
}

const switching = struct<SwitchingTable>({
  days: child(
    'DayProfiles',
    holding(
      several(
        'DayProfile',
        struct<SwitchingTable['days'][number]>({
          name: child('DayName', dayName),
          switches: several('ProfileSchedule', change, upTo(most.switches)),
        }),
        upTo(most.days),
      ),
    ),
  ),
  weeks: child(
    'WeekProfiles',
    holding(
      several(
        'WeekProfile',
        struct<SwitchingTable['weeks'][number]>({
          name: child('WeekName', weekName),
          days: numbered('ReferencedDayName', dayName, { min: 7, max: 7 }),
        }),
        upTo(most.weeks),
      ),
    ),
  ),
  seasons: child(
    'Seasons',
    holding(
      several(
        'Season',
        struct<SwitchingTable['seasons'][number]>({
          name: child('SeasonName', plainName),
          start: child('SeasonStartDate', calendarDate),
          week: child('ReferencedWeekName', weekName),
        }),
        upTo(most.seasons),
      ),
    ),
  ),
})

const elements = struct<TimeOfUseTariffBody['elements']>({
  currency: child('CurrencyUnits', oneOf('GBP')),
  switching: child('SwitchingTable', switching),
  specialDays: child(
    'SpecialDays',
    holding(
      several(
        'SpecialDay',
        struct<TimeOfUseTariffBody['elements']['specialDays'][number]>({
          date: child('Date', calendarDate),
          day: child('ReferencedDayName', dayName),
        }),
        { min: 0, max: most.specialDays },
      ),
    ),
  ),
  thresholds: child(
    'ThresholdMatrix',
    holding(
      numbered('Thresholds', holding(numbered('BlockThreshold', u32, upTo(blocksMax))), {
        min: most.blockRegisters,
        max: most.blockRegisters,
      }),
    ),
  ),
})

type Prices = TimeOfUseTariffBody['prices']
type Rates = Pick<Prices, 'timeOfUse' | 'blocks'>
const timeOfUsePrices = numbered('TOUPrice', i32, upTo(most.registers))
const blockPrices = numbered(
  'BlockPrices',
  holding(numbered('BlockPrice', i32, upTo(most.blocks))),
  upTo(most.blockRegisters),
)
type Money = Omit<Prices, keyof Rates> & {
  readonly timeOfUse: Rates['timeOfUse'] | undefined
  readonly blocks: Rates['blocks'] | undefined
  readonly both: Rates | undefined
}
const money = struct<Money>({
  standingCharge: child('StandingCharge', u32),
  standingChargeScale: child('StandingChargeScale', scale),
  priceScale: child('PriceScale', scale),
  timeOfUse: optional('TOUTariff', holding(timeOfUsePrices)),
  blocks: optional('BlockTariff', holding(blockPrices)),
  both: optional(
    'HybridTariff',
    struct<Rates>({ blocks: blockPrices, timeOfUse: timeOfUsePrices }),
  ),
})
const absent = { timeOfUse: undefined, blocks: undefined, both: undefined }
const prices: Shape<Prices> = {
  write({ timeOfUse, blocks, ...rest }) {
    const both = timeOfUse.length > 0 && blocks.length > 0
    const one = timeOfUse.length > 0 ? { timeOfUse } : { blocks }
    return money.write({ ...rest, ...absent, ...(both ? { both: { timeOfUse, blocks } } : one) })
  },
  read(node) {
    const { timeOfUse, blocks, both, ...rest } = money.read(node)
    if ([timeOfUse, blocks, both].filter((each) => each !== undefined).length !== 1)
      throw new Misshapen(node.name, 'must have prices of one kind')
    return { ...rest, ...(both ?? { timeOfUse: timeOfUse ?? [], blocks: blocks ?? [] }) }
  },
}

export const timeOfUseTariff = struct<Omit<TimeOfUseTariffBody, 'kind'>>({
  executeAt: optional('ExecutionDateTime', dateTime),
  elements: child('ElecTariffElements', elements),
  prices: child('PriceElements', holding(child('ElectricityPriceElements', prices))),
})
