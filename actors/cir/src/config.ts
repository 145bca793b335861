import { actorConfig, ListenConfig } from '@interlock/host'
import { OcpiPartyConfig, OcpiUsConfig } from '@interlock/host/ocpi'
import { Type, type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const strict = { additionalProperties: false }

export const CirConfig = actorConfig({
  /** Folder with key and chain under the charging root: TLS, and the signature over what it says of keys. */
  identity: Path,
  trust: Type.Object({ charging: Path }, strict),
  listen: ListenConfig,
  /** As parties of OCPI know it. */
  ...OcpiUsConfig,
  /** For how long a charger that hears nothing may rest on what the register said of a token. */
  statementHours: Type.Integer({ minimum: 1, maximum: 720, default: 168 }),
  /** E-mobility providers, each of which writes its own tokens. */
  issuers: Type.Array(OcpiPartyConfig, { maxItems: 256 }),
  /** Operators of charging stations, which ask about tokens and report where they were shown. */
  operators: Type.Array(OcpiPartyConfig, { maxItems: 1_024 }),
})
export type CirConfig = Static<typeof CirConfig>
export type CirParty = CirConfig['issuers'][number]

/** As OCPI names it in its objects. */
export const ownerOf = ({ countryCode, partyId }: Pick<CirParty, 'countryCode' | 'partyId'>) => ({
  country_code: countryCode,
  party_id: partyId,
})
