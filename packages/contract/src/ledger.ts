import { Type, type Static } from 'typebox'

/** One change of load: `swingWatts` somewhere between `from` and `until` (ms since 1970). */
export const Edge = Type.Object(
  {
    from: Type.Integer({ minimum: 0 }),
    until: Type.Integer({ minimum: 0 }),
    swingWatts: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  },
  { additionalProperties: false },
)
export type Edge = Static<typeof Edge>

/** `POST /api/v1/reservations` between the two ledgers; `id` is the caller's and idempotent. */
export const Reservation = Type.Object(
  {
    id: Type.String({ minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' }),
    organisation: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    region: Type.String({ minLength: 1, maxLength: 32 }),
    /** `consumer` draws on the reserved budget of its app vendor. */
    kind: Type.Union([Type.Literal('command'), Type.Literal('response'), Type.Literal('consumer')]),
    edges: Type.Array(Edge, { minItems: 1, maxItems: 200 }),
  },
  { additionalProperties: false },
)
export type Reservation = Static<typeof Reservation>

/** `POST /api/v1/plans`: the day-ahead plan of one organisation, watts of change per window. */
export const DayAheadPlan = Type.Object(
  {
    organisation: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    region: Type.String({ minLength: 1, maxLength: 32 }),
    windows: Type.Array(
      Type.Object(
        {
          from: Type.Integer({ minimum: 0 }),
          swingWatts: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 192 },
    ),
  },
  { additionalProperties: false },
)
export type DayAheadPlan = Static<typeof DayAheadPlan>

const Watts = Type.Integer({ minimum: 0, maximum: 100_000_000_000 })

/** Limits of one ledger, in watts of swing per 30-minute window. */
export const BudgetLimits = Type.Object(
  {
    /** What one organisation may move over all its roles and regions. */
    organisationWatts: Watts,
    /** Organisations that have a figure of their own, by identity: the response they have sold. */
    agreedWatts: Type.Record(Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }), Watts, {
      additionalProperties: false,
    }),
    consumerVendorWatts: Watts,
    regionWatts: Watts,
    totalWatts: Watts,
    /** The most that the day-ahead plans of one organisation may move, over all its regions. */
    planOrganisationWatts: Watts,
    /** The most that all day-ahead plans together may move (the system operator's limit). */
    planWatts: Watts,
  },
  { additionalProperties: false },
)
export type BudgetLimits = Static<typeof BudgetLimits>

/** The legal threshold of a large load controller, and the figures of the design for Great Britain. */
export const nationalBudget: BudgetLimits = {
  organisationWatts: 300_000_000,
  agreedWatts: {},
  consumerVendorWatts: 300_000_000,
  regionWatts: 600_000_000,
  totalWatts: 1_000_000_000,
  planOrganisationWatts: 300_000_000,
  planWatts: 1_000_000_000,
}
