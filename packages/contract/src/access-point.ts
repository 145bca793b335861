import { Type, type Static } from 'typebox'
import { SealedMessage } from './sealed-message.ts'
import { topicKinds, type Topic } from './topics.ts'

/** What a client of the middleware says to its access point, and hears from it: JSON over HTTPS. */
const strict = { additionalProperties: false }
const Level = Type.String({ pattern: '^[A-Za-z0-9_.*+=|@-]{1,64}$' })
const Name = Type.String({ minLength: 1, maxLength: 300 })
const Position = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

const levels = {
  kind: Type.Enum([...topicKinds]),
  region: Type.Optional(Level),
  feeder: Type.Optional(Level),
  id: Type.Optional(Level),
}

/** One kind of topic; where a level is not named, any. */
export const TopicSelection = Type.Object(levels, strict)
export type TopicSelection = Static<typeof TopicSelection>

/**
 * What one organisation may do on some topics, within what the topic table says of its role. At an access point it
 * opens the way; at the key server it is the contract for which keys are given.
 */
export const TopicGrant = Type.Object(
  {
    organisation: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    may: Type.Union([Type.Literal('publish'), Type.Literal('read')]),
    ...levels,
  },
  strict,
)
export type TopicGrant = Static<typeof TopicGrant>
export const TopicGrants = Type.Object({ grants: Type.Array(TopicGrant) }, strict)

export const accessPointLimits = {
  /** Publications of one request. */
  batchMessagesMax: 64,
  /** All of them together, as JSON. */
  batchBytesMax: 1_048_576,
  /** Requests of one client that publish at once. */
  batchesAtOnceMax: 4,
  /** Streams that one client reads at once. */
  readersMax: 64,
  /** From silence to the next empty line of a stream. */
  heartbeatMillis: 15_000,
  /** A reader whose connection takes nothing for so long is left. */
  stalledMillisMax: 60_000,
  /** Four for each home of which a CSMS says all that there is to say. */
  grantsMax: 100_000,
} as const

export const Publications = Type.Object(
  {
    messages: Type.Array(
      Type.Object(
        { topic: Name, id: Type.String({ minLength: 1, maxLength: 128 }), message: SealedMessage },
        strict,
      ),
      { minItems: 1, maxItems: accessPointLimits.batchMessagesMax },
    ),
  },
  strict,
)
export type Publications = Static<typeof Publications>

/** For each publication its position, or why it is not kept. */
export const PublicationResults = Type.Object(
  {
    results: Type.Array(
      Type.Union([
        Type.Object({ position: Position }, strict),
        Type.Object(
          { reason: Type.String({ maxLength: 64 }), detail: Type.Optional(Type.String()) },
          strict,
        ),
      ]),
    ),
  },
  strict,
)
export type PublicationResults = Static<typeof PublicationResults>

/** One line of what a reader is sent. */
export const CarriedLine = Type.Object(
  { topic: Name, position: Position, message: SealedMessage },
  strict,
)
export const ListedTopics = Type.Object(
  {
    topics: Type.Array(
      Type.Object({ topic: Name, messages: Type.Integer({ minimum: 0 }) }, strict),
    ),
  },
  strict,
)
export const LastPosition = Type.Object({ position: Type.Integer({ minimum: 0 }) }, strict)

const parts = ['region', 'feeder', 'kind', 'id'] as const
export const isSelected = (selection: TopicSelection, topic: Topic): boolean =>
  parts.every((part) => (selection[part] ?? topic[part]) === topic[part])

/** Whether there can be a topic that both select. */
export const selectionsMeet = (one: TopicSelection, other: TopicSelection): boolean =>
  parts.every((part) => (one[part] ?? other[part]) === (other[part] ?? one[part]))
