import { Type, type Static } from 'typebox'
import { limits } from './limits.ts'
import { topicKinds } from './topics.ts'

/** What a client says to the key server, and hears from it: JSON over HTTPS. */
const strict = { additionalProperties: false }
const Topic = Type.String({ minLength: 1, maxLength: 300 })
const Thumbprint = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })

export const Membership = Type.Object({ topic: Topic }, strict)
/** A certificate with its authority, PEM, leaf first: whoever uses it verifies it. */
export const CertificateChain = Type.Object({ chain: Type.String({ maxLength: 8_192 }) }, strict)
/** Whom to seal to on a topic of named readers, by certificate. */
export const NamedReaders = Type.Object(
  { readers: Type.Array(Thumbprint, { maxItems: limits.sealReadersMax }) },
  strict,
)
/** Whose consent counts for a station: a key of an owner, SPKI in base64url. */
export const OwnerOfStation = Type.Object(
  { station: Eui, key: Type.String({ pattern: '^[A-Za-z0-9_-]{80,200}$' }) },
  strict,
)
export type OwnerOfStation = Static<typeof OwnerOfStation>
/** What the next consent of a station has to name. */
export const NextConsent = Type.Object(
  { number: Type.Integer({ minimum: 1 }), previous: Type.String({ maxLength: 43 }) },
  strict,
)
const Sequence = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const At = Type.Integer({ minimum: 0, maximum: 2 ** 50 })
const Kind = Type.Enum([...topicKinds])
const span = { first: Sequence, firstAt: At, last: Sequence, lastAt: At }
/**
 * How far an author has come on a topic with one audience: `everyone`, the number of an epoch, or the thumbprint of
 * a reader's certificate. Each number with when that was sealed; signed by the author as of `at` (64 bytes, base64url).
 */
const head = {
  topic: Topic,
  to: Type.String({ pattern: '^[A-Za-z0-9_-]{1,43}$' }),
  ...span,
  at: At,
  signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
}
export const SaidHead = Type.Object(head, strict)
export type SaidHead = Static<typeof SaidHead>
/** Before it is signed. */
export type HeadSpan = Omit<SaidHead, 'at' | 'signature'>
export const SaidHeads = Type.Object(
  { heads: Type.Array(SaidHead, { maxItems: limits.headsPerRequestMax }) },
  strict,
)
/** Which run of the key server has them: another one has to be told all of it again. */
export const HeadsStated = Type.Object({ run: Type.String({ maxLength: 43 }) }, strict)
/** Whoever asks: `after` is what the last answer of that run was `next`, 0 at first. */
export const HeadsAsked = Type.Object(
  {
    kinds: Type.Array(Kind, { minItems: 1, maxItems: topicKinds.length }),
    run: Type.String({ maxLength: 43 }),
    after: Type.Integer({ minimum: 0 }),
  },
  strict,
)
export type HeadsAsked = Static<typeof HeadsAsked>
/** What an author has signed for whoever asks, as it signed it; `by` its certificate. */
export const HeadToldOf = Type.Object({ by: Thumbprint, ...head }, strict)
export type HeadToldOf = Static<typeof HeadToldOf>
export const SilentAuthor = Type.Object({ topic: Topic, by: Thumbprint, since: At }, strict)
export type SilentAuthor = Static<typeof SilentAuthor>
export const HeadsRead = Type.Object(
  {
    run: Type.String({ maxLength: 43 }),
    next: Type.Integer({ minimum: 0 }),
    more: Type.Boolean(),
    heads: Type.Array(HeadToldOf, { maxItems: limits.headsPerRequestMax }),
    silent: Type.Array(SilentAuthor, { maxItems: limits.headsPerRequestMax }),
  },
  strict,
)
export type HeadsRead = Static<typeof HeadsRead>
export const ListedGroups = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        {
          topic: Topic,
          epoch: Type.Integer({ minimum: 0 }),
          members: Type.Integer({ minimum: 0 }),
        },
        strict,
      ),
    ),
  },
  strict,
)
