import { Type, type Static } from 'typebox'
import { limits } from './limits.ts'

/** What is said on the topics that travel between organisations. Instants are ms since 1970. */
const strict = { additionalProperties: false }
const At = Type.Integer({ minimum: 0 })
const Key = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
const Epoch = Type.Integer({ minimum: 1 })
const Name = Type.String({ minLength: 1, maxLength: 64 })

const Record = Type.String({ minLength: 1, maxLength: 16_384 })

/** A record that the station's meter has signed in a charge by card, unchanged: OCMF. */
export const Reading = Type.Object({ transaction: Name, record: Record }, strict)
/** A record of the register at the end of a half-hour; it names nobody. */
export const HalfHour = Type.Object({ record: Record }, strict)
/** One charging session, as the operator tells the driver's provider. */
export const Session = Type.Object(
  {
    transaction: Name,
    evse: Type.Integer({ minimum: 1 }),
    state: Type.Union([Type.Literal('begun'), Type.Literal('going'), Type.Literal('ended')]),
    at: At,
    wattHours: Type.Number({ minimum: 0 }),
  },
  strict,
)
/** What one home's charger used, in half-hours from `from` on. */
export const Consumption = Type.Object(
  { from: At, wattHours: Type.Array(Type.Number(), { minItems: 1, maxItems: 48 }) },
  strict,
)
/** What one home's charger used in one whole day or month of UTC, and nothing finer. */
export const ConsumptionTotal = Type.Object(
  { from: At, until: At, wattHours: Type.Number({ minimum: 0 }) },
  strict,
)
/** What the chargers of one feeder draw together. */
export const Load = Type.Object(
  { at: At, watts: Type.Number(), chargers: Type.Integer({ minimum: 1 }) },
  strict,
)
/** What one operator of chargers may draw of a feeder, in blocks of 15 minutes from `from` on. */
export const Capacity = Type.Object(
  { from: At, watts: Type.Array(Type.Number({ minimum: 0 }), { minItems: 1, maxItems: 192 }) },
  strict,
)
/** Until when the group topic may be published to under that epoch. */
export const EpochLease = Type.Object({ epoch: Epoch, until: At }, strict)
/** What the key server answers of a group topic: its epoch, until when that is leased, and the ends of those before. */
export const EpochStanding = Type.Object(
  { epoch: Epoch, until: At, ended: Type.Array(EpochLease, { maxItems: limits.epochsHeldMax }) },
  strict,
)
/**
 * The key of one epoch of the group topic whose companion this is, and the end of the last lease of those
 * before it: whoever was away when they ended could not tell what was said in time.
 */
export const EpochGrant = Type.Object(
  { epoch: Epoch, key: Key, ended: Type.Array(EpochLease, { maxItems: limits.epochsHeldMax }) },
  strict,
)

export type Reading = Static<typeof Reading>
export type HalfHour = Static<typeof HalfHour>
export type Session = Static<typeof Session>
export type Load = Static<typeof Load>
export type Capacity = Static<typeof Capacity>
export type Consumption = Static<typeof Consumption>
export type ConsumptionTotal = Static<typeof ConsumptionTotal>
export type EpochGrant = Static<typeof EpochGrant>
export type EpochStanding = Static<typeof EpochStanding>
export type EpochLease = Static<typeof EpochLease>
