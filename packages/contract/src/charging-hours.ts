import { quietHoursMax } from '@interlock/power'
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }

/** Whole hours of civil time in which a charger is not to charge by itself. */
export const QuietHoursRow = Type.Object(
  {
    /** 0 is Sunday. */
    weekdays: Type.Array(Type.Integer({ minimum: 0, maximum: 6 }), { minItems: 1, maxItems: 7 }),
    fromHour: Type.Integer({ minimum: 0, maximum: 23 }),
    untilHour: Type.Integer({ minimum: 1, maximum: 24 }),
  },
  closed,
)

const Rows = Type.Array(QuietHoursRow, { maxItems: quietHoursMax })

/** What an owner makes of the default hours (regulation 10 of SI 2021/1467). */
export const HoursChoice = Type.Union([
  Type.Object({ kind: Type.Union([Type.Literal('accepted'), Type.Literal('removed')]) }, closed),
  Type.Object({ kind: Type.Literal('changed'), quiet: Rows }, closed),
])

const Base64 = Type.String({ minLength: 4, maxLength: 512, pattern: '^[A-Za-z0-9+/]+={0,2}$' })

/** An owner's word in a message: the key (SPKI), the signature over the statement, and the time in it. */
export const ownerWord = { by: Base64, signature: Base64, at: Type.Integer({ minimum: 0 }) }

/** DataTransfer `ChargingHoursChoice`: a choice by an owner's word. */
export const SignedHoursChoice = Type.Object({ choice: HoursChoice, ...ownerWord }, closed)
export type SignedHoursChoice = Static<typeof SignedHoursChoice>

const Part = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 32_768 })
/** A flattened JWS as a body; who signed what is for its reader to verify. */
export const SignedBody = Type.Object({ payload: Part, protected: Part, signature: Part }, closed)
/** A charger's statement about its hours with its supervisor's answer, both as they were signed. */
export const AnsweredHours = Type.Object(
  { statement: SignedBody, acknowledgement: SignedBody },
  closed,
)
export type AnsweredHours = Static<typeof AnsweredHours>
/** The last, the one whose hours it names, and the one before that. */
export const answeredHoursMax = 3

export const hoursStates = ['inForce', 'waiting', 'acknowledged', 'refused'] as const

/** DataTransfer `ChargingHoursNow`: what a charger says of its hours. */
export const HoursState = Type.Object(
  {
    state: Type.Enum(hoursStates),
    /** In force now. */
    quiet: Rows,
    /** What is to come, or was refused. */
    wants: Type.Optional(Rows),
    /** When it is to begin, ms since 1970. */
    from: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Why it was refused. */
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** What it rests on, the latest first: whoever carries this cannot alter it. */
    signed: Type.Optional(Type.Array(AnsweredHours, { maxItems: answeredHoursMax })),
  },
  closed,
)
export type HoursState = Static<typeof HoursState>
