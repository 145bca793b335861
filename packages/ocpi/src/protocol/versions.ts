import { Type, type Static } from 'typebox'
import { list, owner, Text, Url } from '../fields.ts'
import { tokenPattern } from './headers.ts'

/** The version that is spoken; others are refused by name. */
export const ocpiVersion = '2.2.1'

export const VersionList = list(Type.Object({ version: Text(16), url: Url }))
export type VersionList = Static<typeof VersionList>

export const interfaceRoles = ['SENDER', 'RECEIVER'] as const
export const OcpiEndpoint = Type.Object({
  identifier: Text(64),
  role: Type.Enum([...interfaceRoles]),
  url: Url,
})
export type OcpiEndpoint = Static<typeof OcpiEndpoint>

/** §6.2: where the interfaces of one version are. */
export const VersionDetails = Type.Object({ version: Text(16), endpoints: list(OcpiEndpoint) })
export type VersionDetails = Static<typeof VersionDetails>

export const partyRoles = ['CPO', 'EMSP', 'HUB', 'NAP', 'NSP', 'OTHER', 'SCSP'] as const
export type PartyRole = (typeof partyRoles)[number]

/** §7.3.1: how a party is reached, and the token that it wants to be shown. */
export const Credentials = Type.Object({
  token: Type.String({ pattern: tokenPattern }),
  url: Url,
  roles: Type.Array(
    Type.Object({
      role: Type.Enum([...partyRoles]),
      business_details: Type.Object({ name: Text(100) }),
      ...owner,
    }),
    { minItems: 1, maxItems: 16 },
  ),
})
export type Credentials = Static<typeof Credentials>

/** An interface that the other side has to have; of a role, where it matters. */
export type InterfaceNeed = { readonly identifier: string; readonly role?: OcpiEndpoint['role'] }
