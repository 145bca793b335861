import { ok, refused, toHex, utf8, type Crypto, type Outcome } from '@interlock/kernel'
import { checkOcpi, type OcpiObjectName, type OcpiObject } from '../read.ts'
import { versionsUrl, type Answer, type CredentialsDesk, type OcpiCaller } from './door.ts'
import { sameOwner, type OcpiOwner } from './headers.ts'
import type { OcpiRefusal } from './refusals.ts'
import {
  ocpiVersion,
  type Credentials,
  type InterfaceNeed,
  type OcpiEndpoint,
  type PartyRole,
} from './versions.ts'

/** What was agreed with a party beforehand (§7.1.1). */
export type OcpiParty = {
  readonly name: string
  readonly owner: OcpiOwner
  readonly role: PartyRole
  /** Where it may live; addresses elsewhere are refused, whatever it says of itself. */
  readonly origin: string
  /** `CREDENTIALS_TOKEN_A`: good for one registration. */
  readonly invitation?: string
  /** What it has to offer. */
  readonly needs: readonly InterfaceNeed[]
}

/** How it stands with a party. JSON values only; tokens that we gave out are digests (SHA-256, hex). */
export type OcpiConnection = {
  /** Of the token that it shows. */
  readonly digest?: string
  /** Of one that it was given and has not shown yet; until it does, the former is good as well. */
  readonly offered?: string
  /** Of the invitation that has been used. */
  readonly used?: string
  readonly peer?: {
    /** What it wants to be shown. */
    readonly token: string
    readonly url: string
    readonly endpoints: readonly OcpiEndpoint[]
  }
}
export const strangers: OcpiConnection = {}

/** On the disk before anything follows from it. */
export type OcpiConnections = {
  of(party: string): OcpiConnection
  keep(party: string, connection: OcpiConnection): Promise<void>
}

/** One request to a party, which has answered with `data` or not. */
export type AskParty = (
  party: OcpiParty,
  token: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
) => Promise<Outcome<unknown, string>>

export type RegistrationOptions = {
  readonly us: OcpiOwner
  readonly role: PartyRole
  /** For people. */
  readonly name: string
  readonly origin: string
  readonly parties: readonly OcpiParty[]
  readonly connections: OcpiConnections
  readonly ask: AskParty
  readonly newToken: () => string
  readonly crypto: Pick<Crypto, 'sha256'>
}

export type Registration = CredentialsDesk & {
  /** Who shows this token; `name` is that of the party whose certificate the connection has. */
  callerOf(name: string, token: string | undefined): Promise<OcpiCaller | undefined>
  /** Registers with a party that gave us an invitation; `versions` is its address. */
  begin(name: string, versions: string): Promise<Outcome<undefined, OcpiRefusal>>
  /** Where an interface of a registered party is, and the token that it wants to be shown. */
  reach(
    name: string,
    identifier: string,
    role: OcpiEndpoint['role'],
  ): Outcome<{ readonly url: string; readonly token: string }, 'NotRegistered' | 'EndpointsMissing'>
}

/** The exchange of credentials (§7), from either side. */
export function createRegistration(options: RegistrationOptions): Registration {
  const { connections, parties, ask, crypto } = options
  const digestOf = (token: string): string => toHex(crypto.sha256(utf8(token)))
  const partyOf = (name: string): OcpiParty | undefined =>
    parties.find((each) => each.name === name)
  const ours = (token: string): Credentials => ({
    token,
    url: versionsUrl(options.origin),
    roles: [{ role: options.role, business_details: { name: options.name }, ...options.us }],
  })

  const read = async <Name extends OcpiObjectName>(
    shape: Name,
    party: OcpiParty,
    token: string,
    url: string,
  ): Promise<Outcome<OcpiObject<Name>, 'PeerUnusable'>> => {
    if (!isWithin(party, url)) return refused('PeerUnusable', 'an address elsewhere')
    const answer = await ask(party, token, 'GET', url)
    if (!answer.ok) return refused('PeerUnusable', answer.reason)
    const object = checkOcpi(shape, answer.value)
    return object.ok ? object : refused('PeerUnusable', object.detail)
  }

  /** Its interfaces of our version, which have to be all that we need. */
  const endpointsOf = async (
    party: OcpiParty,
    token: string,
    url: string,
  ): Promise<Outcome<readonly OcpiEndpoint[], OcpiRefusal>> => {
    const versions = await read('VersionList', party, token, url)
    if (!versions.ok) return versions
    const version = versions.value.find((each) => each.version === ocpiVersion)
    if (version === undefined) return refused('VersionUnsupported')
    const details = await read('VersionDetails', party, token, version.url)
    if (!details.ok) return details
    const { endpoints } = details.value
    const missing = [...party.needs, { identifier: 'credentials' }].find(
      (need) => !endpoints.some((each) => meets(each, need)),
    )
    if (missing !== undefined) return refused('EndpointsMissing', missing.identifier)
    const elsewhere = endpoints.find(({ url: each }) => !isWithin(party, each))
    return elsewhere === undefined ? ok(endpoints) : refused('PeerUnusable', 'an address elsewhere')
  }

  /** POST or PUT at our door: reads its interfaces, and gives it a new token. */
  const take = async (caller: OcpiCaller, theirs: Credentials): Promise<Answer> => {
    const party = partyOf(caller.name)
    if (party === undefined) return refused('NotRegistered')
    const { owner, role } = party
    if (!theirs.roles.some((each) => each.role === role && sameOwner(each, owner)))
      return refused('ObjectInvalid', '/roles lacks the party that was agreed with')
    const endpoints = await endpointsOf(party, theirs.token, theirs.url)
    if (!endpoints.ok) return endpoints
    const token = options.newToken()
    const peer = { token: theirs.token, url: theirs.url, endpoints: endpoints.value }
    const now = connections.of(caller.name)
    await connections.keep(caller.name, { ...now, peer, offered: digestOf(token) })
    return ok({ data: ours(token) })
  }

  return {
    async callerOf(name, token) {
      const party = partyOf(name)
      if (party === undefined || token === undefined) return undefined
      const { owner, invitation } = party
      const connection = connections.of(name)
      const digest = digestOf(token)
      const isRegistered = connection.peer !== undefined
      if (digest === connection.offered) {
        // Only whoever was given it has it: the former one and the invitation are done with.
        const used = invitation === undefined ? {} : { used: digestOf(invitation) }
        const { offered, ...rest } = connection
        await connections.keep(name, { ...rest, digest: offered, ...(isRegistered ? used : {}) })
        return { name, owner, isRegistered }
      }
      if (digest === connection.digest) return { name, owner, isRegistered }
      const isInvited =
        invitation !== undefined && digest === digestOf(invitation) && digest !== connection.used
      return isInvited ? { name, owner, isRegistered: false } : undefined
    },
    read: (_caller, shown) => ours(shown),
    register: take,
    renew: take,
    async forget({ name }) {
      const { used } = connections.of(name)
      await connections.keep(name, used === undefined ? {} : { used })
      return ok({})
    },
    async begin(name, versions) {
      const party = partyOf(name)
      const invitation = party?.invitation
      if (party === undefined || invitation === undefined) return refused('NotRegistered')
      const endpoints = await endpointsOf(party, invitation, versions)
      if (!endpoints.ok) return endpoints
      const url = endpoints.value.find((each) => each.identifier === 'credentials')?.url ?? ''
      const token = options.newToken()
      // It reads our versions with it before it answers.
      await connections.keep(name, { digest: digestOf(token) })
      const answer = await ask(party, invitation, 'POST', url, ours(token))
      if (!answer.ok) return refused('PeerUnusable', answer.reason)
      const theirs = checkOcpi('Credentials', answer.value)
      if (!theirs.ok) return refused('PeerUnusable', theirs.detail)
      const { token: shown, url: at } = theirs.value
      if (!isWithin(party, at)) return refused('PeerUnusable', 'an address elsewhere')
      await connections.keep(name, {
        digest: digestOf(token),
        peer: { token: shown, url: at, endpoints: endpoints.value },
      })
      return ok(undefined)
    },
    reach(name, identifier, role) {
      const { peer } = connections.of(name)
      if (peer === undefined) return refused('NotRegistered', name)
      const endpoint = peer.endpoints.find((each) => meets(each, { identifier, role }))
      return endpoint === undefined
        ? refused('EndpointsMissing', identifier)
        : ok({ url: endpoint.url, token: peer.token })
    },
  }
}

const meets = (endpoint: OcpiEndpoint, { identifier, role = endpoint.role }: InterfaceNeed) =>
  endpoint.identifier === identifier && endpoint.role === role

/** Whatever a party says of itself, it is asked at its own address alone. */
export function isWithin({ origin }: Pick<OcpiParty, 'origin'>, url: string): boolean {
  return URL.canParse(url) && new URL(url).origin === origin
}
