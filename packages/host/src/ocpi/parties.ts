import { Fault, parseEui64, type Eui64, type Role } from '@interlock/kernel'
import type { InterfaceNeed, OcpiParty } from '@interlock/ocpi'
import { Type, type Static } from 'typebox'
import type { ActorDeps } from '../deps.ts'
import { httpClient, type HttpClient, type HttpClientOptions } from '../http-client.ts'

const Country = Type.String({ pattern: '^[A-Z]{2}$' })
const PartyId = Type.String({ pattern: '^[A-Z0-9]{3}$' })
/** A party of OCPI that there is a contract with. */
export const OcpiPartyConfig = Type.Object(
  {
    /** Names it in the audit trail. */
    name: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' }),
    countryCode: Country,
    partyId: PartyId,
    /** EUI-64 of the organisation that its certificates name. */
    organisation: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
    /** Where it may live: `https://host:port`; addresses elsewhere are refused when it registers. */
    origin: Type.String({ pattern: '^https://[^/]+$', maxLength: 256 }),
    /** Token of a registration to come: one that we gave it, or one that it gave us. */
    invitation: Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]{16,64}$' })),
    /** Address of its versions, where it is for us to begin. */
    versions: Type.Optional(Type.String({ pattern: '^https://', maxLength: 2_048 })),
  },
  { additionalProperties: false },
)
export type OcpiPartyConfig = Static<typeof OcpiPartyConfig>

/** Who we are on the wire, and by which address parties reach us. */
export const OcpiUsConfig = {
  countryCode: Country,
  partyId: PartyId,
  origin: Type.String({ pattern: '^https://[^/]+$', maxLength: 256 }),
}

export type OcpiPeers = {
  readonly parties: readonly OcpiParty[]
  /** Their names, by organisation. */
  readonly byOrganisation: ReadonlyMap<Eui64, string>
  /** A client that shows a token to the party's own organisation and to no other. */
  readonly httpOf: (name: string) => HttpClient | undefined
  close(): Promise<void>
}

/**
 * What the config says of the parties.
 * @throws Fault `ConfigInvalid` where two have one name, one organisation or one name on the wire
 */
export function ocpiPeers(
  configs: readonly OcpiPartyConfig[],
  kind: {
    readonly role: OcpiParty['role']
    /** Of their certificates. */
    readonly certificate: Role
    readonly needs: readonly InterfaceNeed[]
  },
  client: Pick<HttpClientOptions, 'identity' | 'trust' | 'timeoutMillis'>,
  { activity }: Pick<ActorDeps, 'activity'>,
): OcpiPeers {
  for (const nameOf of [
    ({ name }: OcpiPartyConfig) => name,
    ({ organisation }: OcpiPartyConfig) => organisation,
    ({ countryCode, partyId }: OcpiPartyConfig) => `${countryCode}*${partyId}`,
  ]) {
    const names = configs.map(nameOf)
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice !== undefined)
      throw new Fault('ConfigInvalid', `parties: ${twice} is there twice`, {
        remedy: 'give each party its own name, organisation and party id',
      })
  }
  const clients = new Map<string, HttpClient>()
  const byOrganisation = new Map<Eui64, string>()
  for (const { name, organisation } of configs) {
    const eui = parseEui64(organisation)
    if (eui === undefined) throw new Fault('ConfigInvalid', `${name}: ${organisation}`)
    byOrganisation.set(eui, name)
    const whom = { expectRole: kind.certificate, expectOrganisation: eui }
    clients.set(name, httpClient({ ...client, ...whom, activity }))
  }
  return {
    parties: configs.map(({ name, countryCode, partyId, origin, invitation }) => ({
      name,
      owner: { country_code: countryCode, party_id: partyId },
      role: kind.role,
      origin,
      needs: kind.needs,
      ...(invitation === undefined ? {} : { invitation }),
    })),
    byOrganisation,
    httpOf: (name) => clients.get(name),
    async close() {
      for (const each of clients.values()) await each.close()
    },
  }
}
