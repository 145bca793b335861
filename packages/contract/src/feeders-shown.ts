import { Type, type Static, type TSchema } from 'typebox'
import { feederSumLimits } from './feeder-sums.ts'

/**
 * What a distribution operator's own people see of its feeders (PF15): forecasts, allotments, how providers stand, and
 * sums of chargers. Nothing here is of one home. Powers in watts; times as ISO 8601.
 */
const strict = { additionalProperties: false }
const Name = Type.String({ maxLength: 128 })
const Time = Type.String({ minLength: 20, maxLength: 30 })
const Watts = Type.Number()
const OrNull = <Value extends TSchema>(value: Value) => Type.Union([value, Type.Null()])
/** A reason code, and the same in words. */
const Said = { reason: Name, words: Type.String({ maxLength: 300 }) }
const Stations = Type.Array(Name, { maxItems: feederSumLimits.membersMax })

export const feederShownLimits = {
  feedersMax: 256,
  providersMax: 256,
  /** A day of quarters of an hour. */
  blocksMax: 96,
  /** Of one provider. */
  complaintsMax: 20,
  breachesMax: 100,
  roundsMax: 60,
} as const
const { feedersMax, providersMax, blocksMax, complaintsMax, breachesMax, roundsMax } =
  feederShownLimits
const ByBlock = Type.Array(Watts, { maxItems: blocksMax })

/** What the meter at a feeder's head has shown of one quarter of an hour, or a provider has said against itself. */
const BreachShown = Type.Object(
  {
    ...Said,
    /** Absent where it would tell what one provider has reported of its own chargers, which may be few. */
    excessWatts: OrNull(Watts),
    providers: Type.Array(Name, { maxItems: providersMax }),
  },
  strict,
)
export type BreachShown = Static<typeof BreachShown>

const ProviderShown = Type.Object(
  {
    name: Name,
    /** `registered`: no handshake yet; `silent`: offline mode, its fallbacks count. */
    standing: Type.Union([
      Type.Literal('unregistered'),
      Type.Literal('registered'),
      Type.Literal('heard'),
      Type.Literal('silent'),
    ]),
    heartbeatAt: OrNull(Time),
    /** When it is taken for silent, unless it is heard before. */
    offlineModeAt: OrNull(Time),
    groups: Type.Array(Name, { maxItems: feedersMax }),
    /** What it has said that it cannot keep, newest first. */
    complaints: Type.Array(
      Type.Object(
        { at: Time, blocks: Type.Integer(), from: OrNull(Time), until: OrNull(Time) },
        strict,
      ),
      { maxItems: complaintsMax },
    ),
    /** Of two days, newest first: those that it is behind, or may be. */
    breaches: Type.Array(Type.Object({ group: Name, from: Time, breach: BreachShown }, strict), {
      maxItems: breachesMax,
    }),
  },
  strict,
)
export type ProviderShown = Static<typeof ProviderShown>

/** `GET /api/v1/feeders` */
export const FeedersShown = Type.Object(
  {
    feeders: Type.Array(
      Type.Object(
        {
          group: Name,
          ratedWatts: Watts,
          metered: Type.Boolean(),
          /** Whether its chargers are summed. */
          summed: Type.Boolean(),
        },
        strict,
      ),
      { maxItems: feedersMax },
    ),
    providers: Type.Array(ProviderShown, { maxItems: providersMax }),
  },
  strict,
)
export type FeedersShown = Static<typeof FeedersShown>

/** `GET /api/v1/feeders/{group}/day`: 24 hours ahead as they were told, and the 24 hours before. */
export const FeederDayShown = Type.Object(
  {
    group: Name,
    ratedWatts: Watts,
    /** When it was forecast; `null` before the first time. */
    at: OrNull(Time),
    /** Why nothing is told at present. */
    problem: OrNull(Type.Object(Said, strict)),
    day: OrNull(
      Type.Object(
        {
          /** Of the first block; all lists have the same blocks. */
          from: Time,
          marginWatts: Watts,
          /** Whether the forecast goes by temperature, having been better by it. */
          usesTemperature: Type.Boolean(),
          forecastWatts: ByBlock,
          /** What the forecast must be better than; `null` where the history gives none. */
          persistenceWatts: OrNull(ByBlock),
          previousDayWatts: OrNull(ByBlock),
          /** Mean absolute errors of all days that the history holds, each forecast with what was known then. */
          errorWatts: Type.Object(
            { forecast: OrNull(Watts), persistence: OrNull(Watts), previousDay: OrNull(Watts) },
            strict,
          ),
          spareWatts: ByBlock,
          allotments: Type.Array(
            Type.Object(
              { provider: Name, contractedWatts: Watts, fallbackWatts: Watts, watts: ByBlock },
              strict,
            ),
            { maxItems: providersMax },
          ),
          /** Blocks that leave less than the fallbacks together. */
          atRisk: Type.Array(Time, { maxItems: blocksMax }),
        },
        strict,
      ),
    ),
    /** Oldest first; `null` where the meter, or judgement, is awaited. */
    passed: Type.Array(
      Type.Object(
        {
          from: Time,
          forecastWatts: Watts,
          allottedWatts: Watts,
          meteredWatts: OrNull(Watts),
          breaches: OrNull(Type.Array(BreachShown, { maxItems: providersMax })),
        },
        strict,
      ),
      { maxItems: blocksMax },
    ),
  },
  strict,
)
export type FeederDayShown = Static<typeof FeederDayShown>

const SumProblemShown = Type.Object(
  { ...Said, detail: OrNull(Type.String({ maxLength: 32_000 })) },
  strict,
)
export type SumProblemShown = Static<typeof SumProblemShown>

/** `GET /api/v1/feeders/{group}/sums` */
export const FeederSumsShown = Type.Object(
  {
    group: Name,
    status: Type.Object(
      {
        phase: Type.Union([
          Type.Literal('idle'),
          Type.Literal('readings'),
          Type.Literal('unmasking'),
          Type.Literal('over'),
        ]),
        answered: Type.Integer(),
        members: Type.Integer(),
        roster: OrNull(Type.Integer()),
        round: OrNull(Type.Integer()),
        /** Why there is no sum at present. */
        problem: OrNull(SumProblemShown),
        /** Stations that were found to mask wrongly: left out until they have another key. */
        excluded: Stations,
      },
      strict,
    ),
    /** What came of the latest rounds, oldest first; forgotten by a restart. */
    rounds: Type.Array(
      Type.Object(
        {
          at: Time,
          /** How many its sum is of; 0 where there is none. */
          stations: Type.Integer(),
          /** Who sent no reading. */
          missing: Stations,
          problem: OrNull(SumProblemShown),
        },
        strict,
      ),
      { maxItems: roundsMax },
    ),
    powers: Type.Array(Type.Object({ at: Time, watts: Watts, stations: Type.Integer() }, strict), {
      maxItems: 1_500,
    }),
    energies: Type.Array(
      Type.Object({ from: Time, wattHours: Type.Number(), stations: Type.Integer() }, strict),
      { maxItems: 3_000 },
    ),
  },
  strict,
)
export type FeederSumsShown = Static<typeof FeederSumsShown>
