import { services, type Service } from '@interlock/duis'
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
  /** Of a kilowatt-hour. */
  Type.Literal('pricePence'),
  /** Of a day. */
  Type.Literal('standingChargePence'),
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

/**
 * What the data company itself sets, besides {@link anomalyRulesDefault}. Its numbers are not public; these are ours to
 * choose.
 */
export const AnomalyRules = Type.Object(
  {
    /** For each user: an organisation in one role. */
    eachUser: Type.Array(Threshold, { maxItems: thresholdsMax, default: [] }),
    /** For all users together. */
    allUsers: Type.Array(Threshold, { maxItems: thresholdsMax, default: [] }),
    attributes: Type.Array(AttributeLimit, { maxItems: thresholdsMax, default: [] }),
  },
  strict,
)
export type AnomalyRules = Static<typeof AnomalyRules>

/**
 * The most of each request in an hour, of one user and of all together. A street's worth of homes
 * can be armed and disarmed; ten thousand an hour by one user are no street. None of them can be left out.
 */
const mostInAnHour: Readonly<Record<Service, readonly [eachUser: number, all: number]>> = {
  // Whoever holds a supplier's key could change who controls every home, or what runs in it: over days.
  '6.15.1': [1_000, 10_000],
  '11.3': [1_000, 10_000],
  // What switches a load, and what says when one is to be switched.
  '7.5': [10_000, 100_000],
  '7.6': [10_000, 100_000],
  '7.13': [10_000, 100_000],
  '6.14.3': [10_000, 100_000],
  // The offset is what keeps switching apart: without it a whole fleet moves in one second.
  '7.12': [10_000, 100_000],
  // A response of the whole fleet at once is what it is for; the megawatt ledgers bound what it moves.
  '7.16': [100_000, 300_000],
  // All homes of a supplier, once in the six hours between two settings of their clocks.
  '6.11': [100_000, 1_000_000],
  // All homes of a supplier in a night.
  '1.1.1': [100_000, 1_000_000],
  // Whoever can take devices away, or bring some, takes a fleet off the network: over days.
  '8.3': [1_000, 10_000],
  '12.2': [1_000, 10_000],
  // An answer for each command that a user has delivered by itself.
  '8.13': [100_000, 1_000_000],
  // Reading moves nothing; a fleet is read at every settlement, and its every home's messages make room for others.
  '4.1.2': [100_000, 1_000_000],
  '4.8.1': [100_000, 1_000_000],
  '4.11.1': [100_000, 1_000_000],
  '7.14': [100_000, 1_000_000],
  '7.15': [100_000, 1_000_000],
}
const hourly = (of: 0 | 1): Threshold[] =>
  Object.entries(mostInAnHour).map(([service, most]) => ({
    service,
    periodMinutes: 60,
    most: most[of],
  }))

export const anomalyRulesDefault: AnomalyRules = {
  eachUser: hourly(0),
  allUsers: hourly(1),
  attributes: [],
}

/**
 * The rules of a config over the defaults, request by request: what it sets for a service request takes the place
 * of the default for that one alone.
 */
export function rulesOver({ eachUser, allUsers, attributes }: AnomalyRules): AnomalyRules {
  const over = (defaults: readonly Threshold[], own: readonly Threshold[]): Threshold[] => {
    const set = new Set(own.map(({ service }) => service))
    return [...defaults.filter(({ service }) => !set.has(service)), ...own]
  }
  return {
    eachUser: over(anomalyRulesDefault.eachUser, eachUser),
    allUsers: over(anomalyRulesDefault.allUsers, allUsers),
    attributes,
  }
}
