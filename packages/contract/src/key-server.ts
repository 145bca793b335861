import { Type, type Static } from 'typebox'
import { limits } from './limits.ts'

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
