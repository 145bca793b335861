import { actorConfig, ListenConfig } from '@interlock/host'
import { Type, type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })

export const SupplierConfig = actorConfig({
  /** Folder with key and chain under the smart-meter root: TLS, XML signatures, tariffs. */
  identity: Path,
  trust: Type.Object({ smartMeter: Path }, { additionalProperties: false }),
  listen: ListenConfig,
  /** `https://host:port` of the data company. */
  dcc: Type.String({ pattern: '^https://[^/]+$', maxLength: 2048 }),
  /** Certificate (PEM) that it signs its answers with; smart-meter root. */
  dccCertificate: Path,
  /** The meters this supplier serves. */
  meters: Type.Array(Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }), {
    maxItems: 20_000,
  }),
  /** LLCSs that it tells the time, as the data company lets it pass. */
  clocks: Type.Array(Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }), {
    maxItems: 20_000,
    default: [],
  }),
  /** How often. */
  clockMinutes: Type.Integer({ minimum: 1, maximum: 1_440, default: 360 }),
  /** A tariff to publish at every start: JSON, as `POST /api/v1/tariffs` or `/api/v1/tariff-documents` takes it. */
  tariff: Type.Optional(Path),
})
export type SupplierConfig = Static<typeof SupplierConfig>
