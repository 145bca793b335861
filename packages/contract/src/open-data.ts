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
