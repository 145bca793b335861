import { actorConfig, ListenConfig } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { Type, type Static } from 'typebox'

const Path = Type.String({ minLength: 1, maxLength: 4096 })
const strict = { additionalProperties: false }
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const party = {
  /** Organisation in its certificates. */
  organisation: Eui,
  country_code: Type.String({ pattern: '^[A-Z]{2}$' }),
  party_id: Type.String({ pattern: '^[A-Z0-9]{3}$' }),
}

export const CirConfig = actorConfig({
  /** Folder with key and chain under the charging root: TLS, and the signature over what it says of keys. */
  identity: Path,
  trust: Type.Object({ charging: Path }, strict),
  listen: ListenConfig,
  /** For how long a charger that hears nothing may rest on what the register said of a token. */
  statementHours: Type.Integer({ minimum: 1, maximum: 720, default: 168 }),
  /** E-mobility providers, each of which writes its own tokens. */
  issuers: Type.Array(Type.Object(party, strict), { maxItems: 256 }),
  /** Operators of charging stations, which ask about tokens and report where they were shown. */
  operators: Type.Array(Type.Object(party, strict), { maxItems: 1_024 }),
})
export type CirConfig = Static<typeof CirConfig>
export type CirParty = CirConfig['issuers'][number]

/** @throws Fault `ConfigInvalid` where two parties have one organisation or one name. */
export function demandDistinct({ issuers, operators }: CirConfig): void {
  for (const parties of [issuers, operators])
    for (const names of [
      parties.map(({ organisation }) => organisation),
      parties.map(({ country_code, party_id }) => `${country_code}*${party_id}`),
    ]) {
      const twice = names.find((name, at) => names.indexOf(name) !== at)
      if (twice !== undefined) throw new Fault('ConfigInvalid', `${twice} is there twice`)
    }
}
