import { actorConfig, ListenConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Organisation = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })

/** Messages are kept in the data folder of this very program. */
const OwnCarrier = Type.Object({ kind: Type.Literal('own') }, { additionalProperties: false })

/** NATS JetStream carries; this program is the way to it, and its client. */
const NatsCarrier = Type.Object(
  {
    kind: Type.Literal('nats'),
    servers: Type.Array(Type.String({ pattern: '^[^/\\s]+:\\d+$', maxLength: 256 }), {
      minItems: 1,
      maxItems: 16,
    }),
    /** PEM: root of the servers' certificates, and the certificate and key shown to them. */
    tls: Type.Object({ ca: Path, certificate: Path, key: Path }, { additionalProperties: false }),
    /** Servers that have a message before its publisher is told. */
    replicas: Type.Union([Type.Literal(1), Type.Literal(3), Type.Literal(5)], { default: 3 }),
  },
  { additionalProperties: false },
)

export const BrokerConfig = actorConfig({
  /** Folder with key and chain under the charging root: TLS alone. */
  identity: Path,
  trust: Type.Object(
    { charging: Path, revocations: Type.Optional(Path) },
    { additionalProperties: false },
  ),
  listen: ListenConfig,
  carrier: Type.Union([OwnCarrier, NatsCarrier]),
  /** Messages of one kind that are kept at once; beyond them publishers are turned away. */
  keptMax: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 2_000_000 }),
  /** Of these, for one organisation that publishes; it waits then, and nobody else does. */
  shareMax: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 500_000 }),
  /** Messages that one client may publish: so many at once, and so many a second from then on. */
  pace: Type.Object(
    {
      burst: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      perSecond: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    },
    { additionalProperties: false, default: { burst: 20_000, perSecond: 2_000 } },
  ),
  /** Organisations whose supervisors grant and revoke. */
  administrators: Type.Array(Organisation, { maxItems: 16 }),
  /** Of the key server, which needs no grant for its keys and leases. */
  keyServer: Organisation,
})
export type BrokerConfig = Static<typeof BrokerConfig>
