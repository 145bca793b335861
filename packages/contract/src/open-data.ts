import { Type, type Static } from 'typebox'
import { ownerWord } from './charging-hours.ts'

const closed = { additionalProperties: false }

/** DataTransfer `OpenData`: an owner agrees that the home counts in open data, or withdraws, by a signed word. */
export const OpenDataChoice = Type.Object({ agrees: Type.Boolean(), ...ownerWord }, closed)
export type OpenDataChoice = Static<typeof OpenDataChoice>

/** The same as an owner says it to the publisher. */
export const OpenDataWord = Type.Object(
  {
    station: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    ...OpenDataChoice.properties,
  },
  closed,
)
export type OpenDataWord = Static<typeof OpenDataWord>

/** Doors of a publisher of open data, for everybody. */
export const openDataDoors = {
  rows: '/api/v1/open-data',
  choices: '/api/v1/open-data/choices',
} as const

/** A page of what `rows` answers. */
export const OpenDataRows = Type.Object(
  {
    publisher: Type.String({ maxLength: 64 }),
    unit: Type.Literal('Wh'),
    /** Fewest homes behind a row; numbers of homes are in multiples of it. */
    groupMin: Type.Integer(),
    stepWattHours: Type.Number(),
    items: Type.Array(
      Type.Object(
        {
          /** A region. */
          place: Type.String({ maxLength: 128 }),
          from: Type.String({ maxLength: 30 }),
          until: Type.String({ maxLength: 30 }),
          stations: Type.Integer(),
          wattHours: Type.Number(),
        },
        closed,
      ),
      { maxItems: 1_000 },
    ),
    /** Cursor of the next page. */
    next: Type.Union([Type.String({ maxLength: 512 }), Type.Null()]),
  },
  closed,
)
export type OpenDataRows = Static<typeof OpenDataRows>
