import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { limits } from './limits.ts'

/**
 * What a publisher hands to the bus, JSON. All members are base64url. `docs/decisions/data-seal.md`
 * has the format.
 */
const strict = { additionalProperties: false }
const Text = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: limits.frameBytesMax })

export const SealedMessage = Type.Object(
  {
    /** The header: readable by everyone, bound by everything. */
    head: Text,
    /** `readers` only: the content key for each reader of the header, in its order. */
    keys: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: limits.sealReadersMax })),
    body: Text,
  },
  strict,
)
export type SealedMessage = Static<typeof SealedMessage>

const message = Compile(SealedMessage)
export const isSealedMessage = (value: unknown): value is SealedMessage => message.Check(value)

const AnyText = Type.String({ maxLength: limits.frameBytesMax })
const shape = Compile(
  Type.Object({ head: AnyText, keys: Type.Optional(Type.Array(AnyText)), body: AnyText }, strict),
)
/** Whether it has the members of one: enough for who reads each text that it uses as base64url itself. */
export const hasSealedShape = (value: unknown): value is SealedMessage => shape.Check(value)

const Digest = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
const Millis = Type.Integer({ minimum: 0, maximum: 2 ** 50 })

/** The header. It is also the protected header of the author's JWS, where there is a signature. */
export const SealHead = Type.Object(
  {
    /** Who vouches for it: the author's signature, or the key of the epoch. */
    alg: Type.Union([Type.Literal('ES256'), Type.Literal('A256GCM')]),
    /** The author's certificate. */
    'x5t#S256': Digest,
    crit: Type.Array(Type.String(), { maxItems: 16 }),
    topic: Type.String({ maxLength: 300 }),
    author: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    role: Type.String({ maxLength: 32 }),
    /** One more with each message, per author and topic. */
    seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    iat: Millis,
    exp: Millis,
    purpose: Type.String({ maxLength: 32 }),
    protection: Type.String({ maxLength: 16 }),
    /** Of AES-GCM, where it is encrypted. */
    nonce: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{16}$' })),
    epoch: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Thumbprints of the readers' certificates. */
    readers: Type.Optional(Type.Array(Digest, { minItems: 1, maxItems: limits.sealReadersMax })),
  },
  strict,
)
export type SealHead = Static<typeof SealHead>

const head = Compile(SealHead)
export const isSealHead = (value: unknown): value is SealHead => head.Check(value)
