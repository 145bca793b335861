import { actorConfig, ListenConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const Organisation = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })

export const KeysConfig = actorConfig({
  /** Folder with key and chain under the charging root: TLS, and the signature over each key and lease. */
  identity: Path,
  trust: Type.Object(
    { charging: Path, revocations: Type.Optional(Path) },
    { additionalProperties: false },
  ),
  listen: ListenConfig,
  /** The middleware, by which keys and leases travel: `https://host:port`. */
  accessPoint: Type.String({ pattern: '^https://[^/]+$', maxLength: 256 }),
  /** Organisations whose supervisors say what is in a contract, and who owns a station. */
  administrators: Type.Array(Organisation, { maxItems: 16 }),
})
export type KeysConfig = Static<typeof KeysConfig>
