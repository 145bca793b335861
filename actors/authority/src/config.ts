import { actorConfig, ListenConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'

const strict = { additionalProperties: false }
const Path = Type.String({ minLength: 1, maxLength: 4096 })

export const AuthorityConfig = actorConfig({
  /** Folder with the key and chain of its listener, role `authority`. */
  identity: Path,
  trust: Type.Object({ charging: Path }, strict),
  /** The issuing folder that the ceremony made. */
  issuing: Path,
  /** `postgres://…` */
  database: Type.String({ minLength: 1, maxLength: 2048 }),
  listen: ListenConfig,
})
export type AuthorityConfig = Static<typeof AuthorityConfig>
