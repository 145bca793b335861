import { calendarDate, type CalendarDate } from './calendar-date.ts'
import { oneOf, plainName, timeOfDay, whole } from './leaves.ts'
import { child, holding, numbered, several, struct } from './shape.ts'

/** 1.1.1 as the standard has it, for time of use without blocks. */
export type TimeOfUseTariffBody = {
  readonly kind: 'timeOfUseTariff'
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
    /** One for each time-of-use register in use. */
    readonly timeOfUse: readonly number[]
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
/** From `at` (`hh:mm:ss`) the register counts. */
export type Switch = { readonly at: string; readonly register: number }

/** Most of each, as the standard's schema has them; names of weeks and seasons are bounded by us. */
const most = {
  registers: 48,
  days: 16,
  switches: 48,
  weeks: 4,
  seasons: 4,
  specialDays: 50,
} as const
const thresholdRows = 8
const blocksMax = 3
const u32 = whole(0, 0xffff_ffff)
const i32 = whole(-0x8000_0000, 0x7fff_ffff)
const scale = whole(-128, 127)
const dayName = whole(1, most.days)
const weekName = whole(1, most.weeks)
const upTo = (max: number) => ({ min: 1, max })

const switching = struct<SwitchingTable>({
  days: child(
    'DayProfiles',
    holding(
      several(
        'DayProfile',
        struct<SwitchingTable['days'][number]>({
          name: child('DayName', dayName),
          switches: several(
            'ProfileSchedule',
            struct<Switch>({
              at: child('StartTime', timeOfDay),
              register: child('TOUTariffAction', whole(1, most.registers)),
            }),
            upTo(most.switches),
          ),
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
        min: thresholdRows,
        max: thresholdRows,
      }),
    ),
  ),
})

const prices = struct<TimeOfUseTariffBody['prices']>({
  standingCharge: child('StandingCharge', u32),
  standingChargeScale: child('StandingChargeScale', scale),
  priceScale: child('PriceScale', scale),
  timeOfUse: child('TOUTariff', holding(numbered('TOUPrice', i32, upTo(most.registers)))),
})

export const timeOfUseTariff = struct<Omit<TimeOfUseTariffBody, 'kind'>>({
  elements: child('ElecTariffElements', elements),
  prices: child('PriceElements', holding(child('ElectricityPriceElements', prices))),
})
