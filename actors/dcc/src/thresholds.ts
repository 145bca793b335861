import { services } from '@interlock/duis'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const names = Object.keys(services).map((name) => name.replaceAll('.', '\\.'))
/** A service request, or all of them together. */
const Which = Type.String({ pattern: `^(\\*|${names.join('|')})$` })

/** Tallies are kept by the minute: a period is whole minutes, a day at most. */
export const tallyMillis = 60_000
export const periodMinutesMax = 1_440

/** No more than so many of a service request in any period of so many minutes. */
export const Threshold = Type.Object(
  {
    service: Which,
    periodMinutes: Type.Integer({ minimum: 1, maximum: periodMinutesMax }),
    most: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  },
  strict,
)
export type Threshold = Static<typeof Threshold>
export const thresholdsMax = 64
/** `PUT /api/v1/thresholds`: those that a user sets for itself. */
export const Thresholds = Type.Array(Threshold, { maxItems: thresholdsMax })

/** What a limit can be about, read from the command that would be sent. */
const AttributeName = Type.Union([
  Type.Literal('levelPercent'),
  Type.Literal('windowMinutes'),
  Type.Literal('offsetSeconds'),
  Type.Literal('pricePence'),
])
export type Attribute = Static<typeof AttributeName>

export const AttributeLimit = Type.Object(
  {
    service: Which,
    attribute: AttributeName,
    least: Type.Optional(Type.Number()),
    most: Type.Optional(Type.Number()),
  },
  strict,
)
export type AttributeLimit = Static<typeof AttributeLimit>

/** What the data company itself sets. Its numbers are not public; these are ours to choose. */
export const AnomalyRules = Type.Object(
  {
    /** For each user: an organisation in one role. */
    eachUser: Type.Array(Threshold, { maxItems: thresholdsMax }),
    /** For all users together. */
    allUsers: Type.Array(Threshold, { maxItems: thresholdsMax }),
    attributes: Type.Array(AttributeLimit, { maxItems: thresholdsMax }),
  },
  strict,
)
export type AnomalyRules = Static<typeof AnomalyRules>

/** A street's worth of homes can be armed and disarmed; ten thousand an hour by one user are no street. */
export const anomalyRulesDefault: AnomalyRules = {
  eachUser: [
    // Whoever holds a supplier's key could change who controls every home: most are renewed over days.
    { service: '6.15.1', periodMinutes: 60, most: 1_000 },
    { service: '7.13', periodMinutes: 60, most: 10_000 },
    { service: '7.16', periodMinutes: 60, most: 100_000 },
  ],
  allUsers: [
    { service: '6.15.1', periodMinutes: 60, most: 10_000 },
    { service: '7.13', periodMinutes: 60, most: 100_000 },
    { service: '7.16', periodMinutes: 60, most: 300_000 },
  ],
  attributes: [],
}
