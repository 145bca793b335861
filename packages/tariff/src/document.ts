import { Type, type Static } from 'typebox'
import { blockPeriods, clocks, tariffLimits as most } from './tariff.ts'

const strict = { additionalProperties: false }
const list = <Item extends Parameters<typeof Type.Array>[0]>(
  item: Item,
  min: number,
  max: number,
) => Type.Array(item, { minItems: min, maxItems: max })
const Name = Type.String({ minLength: 1, maxLength: 64 })
const Time = Type.String({ minLength: 20, maxLength: 30 })
const Price = Type.Number({ minimum: -most.penceMax, maximum: most.penceMax })
const number = (max: number) => Type.Integer({ minimum: 1, maximum: max })
/** `2026-12-25`, or `12-25` for every year. */
const CalendarDate = Type.String({ pattern: '^(\\d{4}-)?\\d\\d-\\d\\d$' })

const Block = Type.Object(
  {
    pencePerKilowattHour: Price,
    /** Absent in the last block. */
    upToWattHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  },
  strict,
)
const TimeOfUseDocument = Type.Object(
  {
    registers: list(
      Type.Object(
        { register: number(most.registersMax), name: Name, blocks: list(Block, 1, most.blocksMax) },
        strict,
      ),
      1,
      most.registersMax,
    ),
    days: list(
      Type.Object(
        {
          day: number(most.daysMax),
          switches: list(
            Type.Object(
              {
                /** `hh:mm` or `hh:mm:ss`. */
                at: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?$' }),
                register: number(most.registersMax),
              },
              strict,
            ),
            1,
            most.switchesMax,
          ),
        },
        strict,
      ),
      1,
      most.daysMax,
    ),
    weeks: list(
      Type.Object({ week: number(most.weeksMax), days: list(number(most.daysMax), 7, 7) }, strict),
      1,
      most.weeksMax,
    ),
    seasons: list(
      Type.Object({ name: Name, from: CalendarDate, week: number(most.weeksMax) }, strict),
      1,
      most.seasonsMax,
    ),
    specialDays: Type.Optional(
      list(
        Type.Object({ on: CalendarDate, day: number(most.daysMax) }, strict),
        0,
        most.specialDaysMax,
      ),
    ),
    blockPeriod: Type.Optional(Type.Enum([...blockPeriods])),
  },
  strict,
)
export type TimeOfUseDocument = Static<typeof TimeOfUseDocument>

const VersionDocument = Type.Object(
  {
    version: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }),
    validFrom: Time,
    /** For time of use; half-hourly prices end with the last of them. */
    validUntil: Type.Optional(Time),
    standingChargePencePerDay: Type.Number({ minimum: 0, maximum: most.penceMax }),
    /** Exactly one of the two. */
    timeOfUse: Type.Optional(TimeOfUseDocument),
    halfHourlyPencePerKilowattHour: Type.Optional(list(Price, 1, most.halfHoursMax)),
  },
  strict,
)
export type VersionDocument = Static<typeof VersionDocument>

/** Nesting of the JSON, no deeper. */
export const tariffDepthMax = 10

/** A tariff as JSON. Prices are pence with at most six decimals, tax included. */
export const TariffDocument = Type.Object(
  {
    tariff: Name,
    clock: Type.Enum([...clocks]),
    versions: list(VersionDocument, 1, most.versionsMax),
  },
  strict,
)
export type TariffDocument = Static<typeof TariffDocument>
