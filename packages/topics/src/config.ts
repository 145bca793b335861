import { Type, type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Origin = Type.String({ pattern: '^https://[^/]+$', maxLength: 256 })

/** All that an actor knows of the middleware; the same in every actor's config. */
export const MiddlewareConfig = Type.Object(
  {
    /** Its access point: `https://host:port`. */
    accessPoint: Origin,
    /** The key server: `https://host:port`. */
    keys: Origin,
    /** Organisation of the key server: keys and leases of anyone else are nobody's. */
    keyServer: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    /** File with the list that the supervisor publishes, read each half minute: who is on it is not heard. */
    revocations: Type.Optional(Path),
  },
  { additionalProperties: false },
)
export type MiddlewareConfig = Static<typeof MiddlewareConfig>
