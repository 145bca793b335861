import { Type, type Static, type TSchema } from 'typebox'
import { feederSumLimits } from './feeder-sums.ts'

/**
 * What stations and operator say to each other for the sums of a feeder. Numbers modulo 2⁶⁴ are 16 hex
 * digits; a set of stations is a bit for each member of the roster in its order, base64url.
 */
const strict = { additionalProperties: false }
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Word = Type.String({ pattern: '^[0-9a-f]{16}$' })
const Both = <Value extends TSchema>(value: Value) =>
  Type.Object({ watts: value, wattHours: value }, strict)
const { membersMax, toldMax } = feederSumLimits
const charactersOf = (bytes: number): number => Math.ceil((bytes * 4) / 3)
const SetText = Type.String({ minLength: 1, maxLength: charactersOf(Math.ceil(membersMax / 8)) })

/** The key by which a station masks with others, SPKI in base64url; used for nothing else. */
export const MaskKey = Type.Object(
  { key: Type.String({ pattern: '^[A-Za-z0-9_-]{120,124}$' }) },
  strict,
)

/** Whose readings are summed, sorted, each with SHA-256 of its key. A version has one content. */
export const MaskRoster = Type.Object(
  {
    version: Count,
    members: Type.Array(
      Type.Object(
        {
          station: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
          key: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
        },
        strict,
      ),
      { minItems: 1, maxItems: membersMax },
    ),
  },
  strict,
)

/** One station's numbers: its masked reading, what unmasks their sum, or its words of an audit. */
export const Masked = Type.Union([
  Type.Object(
    {
      step: Type.Union([Type.Literal('reading'), Type.Literal('unmasking')]),
      round: Count,
      values: Both(Word),
    },
    strict,
  ),
  Type.Object(
    {
      step: Type.Literal('opening'),
      round: Count,
      opened: Both(
        Type.Object(
          {
            value: Word,
            /** Eight bytes for each other member in the roster's order, base64url. */
            words: Type.String({ maxLength: charactersOf(8 * membersMax) }),
          },
          strict,
        ),
      ),
    },
    strict,
  ),
])

/** Of whom a round is summed, after which sets; or a round whose words are to be opened. */
export const MaskRound = Type.Union([
  Type.Object(
    {
      step: Type.Literal('closing'),
      roster: Count,
      round: Count,
      present: SetText,
      earlier: Type.Array(Type.Object({ window: Count, members: SetText }, strict), {
        maxItems: toldMax,
      }),
    },
    strict,
  ),
  Type.Object({ step: Type.Literal('audit'), roster: Count, round: Count }, strict),
])

export type MaskKey = Static<typeof MaskKey>
export type MaskRoster = Static<typeof MaskRoster>
export type Masked = Static<typeof Masked>
export type MaskedValues = Extract<Masked, { step: 'reading' | 'unmasking' }>
export type MaskedOpening = Extract<Masked, { step: 'opening' }>
export type MaskRound = Static<typeof MaskRound>
export type MaskClosing = Extract<MaskRound, { step: 'closing' }>
