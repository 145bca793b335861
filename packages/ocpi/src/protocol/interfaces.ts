import type { OcpiObjectName } from '../read.ts'
import type { OcpiEndpoint } from './versions.ts'

export type InterfaceRole = OcpiEndpoint['role']
export const ocpiMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type OcpiMethod = (typeof ocpiMethods)[number]

/** One method of one interface of a module. */
export type InterfaceRow = {
  readonly module: string
  /** SENDER: of whoever owns the objects; RECEIVER: of whoever is told of them. */
  readonly role: InterfaceRole
  readonly method: OcpiMethod
  /** Below the module's address; a part that begins with a colon is a parameter. */
  readonly path: string
  /** A list, of which a page is answered. */
  readonly isPaged?: true
  /** What its body holds; `Part`: some members of an object, `Any`: the handler judges it. */
  readonly body?: OcpiObjectName | 'Part' | 'Any'
  readonly isBodyOptional?: true
}

/** A client's own object: the owner in the address is the client (§4.1.6). */
const own = ':country_code/:party_id/:id'
const ownEvse = `${own}/:evse_uid` as const
const ownConnector = `${ownEvse}/:connector_id` as const
const receiver = (module: string) => ({ module, role: 'RECEIVER' }) as const
const sender = (module: string) => ({ module, role: 'SENDER' }) as const
const locations = receiver('locations')
const [tokens, sessions, tariffs] = [
  receiver('tokens'),
  receiver('sessions'),
  receiver('tariffs'),
] as const
const profiles = receiver('chargingprofiles')

/** Every interface that is spoken, by a name of ours; the tables of §8 to §14. */
export const ocpiInterfaces = {
  'locations.list': { ...sender('locations'), method: 'GET', path: '', isPaged: true },
  'locations.one': { ...sender('locations'), method: 'GET', path: ':id' },
  'locations.evse': { ...sender('locations'), method: 'GET', path: ':id/:evse_uid' },
  'locations.connector': {
    ...sender('locations'),
    method: 'GET',
    path: ':id/:evse_uid/:connector_id',
  },
  'locations.get': { ...locations, method: 'GET', path: own },
  'locations.put': { ...locations, method: 'PUT', path: own, body: 'Location' },
  'locations.patch': { ...locations, method: 'PATCH', path: own, body: 'Part' },
  'locations.evse.get': { ...locations, method: 'GET', path: ownEvse },
  'locations.evse.put': { ...locations, method: 'PUT', path: ownEvse, body: 'Evse' },
  'locations.evse.patch': { ...locations, method: 'PATCH', path: ownEvse, body: 'Part' },
  'locations.connector.get': { ...locations, method: 'GET', path: ownConnector },
  'locations.connector.put': { ...locations, method: 'PUT', path: ownConnector, body: 'Connector' },
  'locations.connector.patch': { ...locations, method: 'PATCH', path: ownConnector, body: 'Part' },
  'sessions.list': { ...sender('sessions'), method: 'GET', path: '', isPaged: true },
  'sessions.get': { ...sessions, method: 'GET', path: own },
  'sessions.put': { ...sessions, method: 'PUT', path: own, body: 'Session' },
  'sessions.patch': { ...sessions, method: 'PATCH', path: own, body: 'Part' },
  'cdrs.list': { ...sender('cdrs'), method: 'GET', path: '', isPaged: true },
  'cdrs.get': { ...receiver('cdrs'), method: 'GET', path: ':id' },
  'cdrs.post': { ...receiver('cdrs'), method: 'POST', path: '', body: 'Cdr' },
  'tariffs.list': { ...sender('tariffs'), method: 'GET', path: '', isPaged: true },
  'tariffs.get': { ...tariffs, method: 'GET', path: own },
  'tariffs.put': { ...tariffs, method: 'PUT', path: own, body: 'Tariff' },
  'tariffs.delete': { ...tariffs, method: 'DELETE', path: own },
  'tokens.list': { ...sender('tokens'), method: 'GET', path: '', isPaged: true },
  'tokens.authorize': {
    ...sender('tokens'),
    method: 'POST',
    path: ':id/authorize',
    body: 'LocationReferences',
    isBodyOptional: true,
  },
  'tokens.get': { ...tokens, method: 'GET', path: own },
  'tokens.put': { ...tokens, method: 'PUT', path: own, body: 'Token' },
  'tokens.patch': { ...tokens, method: 'PATCH', path: own, body: 'Part' },
  'commands.post': { ...receiver('commands'), method: 'POST', path: ':command', body: 'Any' },
  'commands.result': {
    ...sender('commands'),
    method: 'POST',
    path: ':command/:id',
    body: 'CommandResult',
  },
  'chargingprofiles.get': { ...profiles, method: 'GET', path: ':session_id' },
  'chargingprofiles.put': {
    ...profiles,
    method: 'PUT',
    path: ':session_id',
    body: 'SetChargingProfile',
  },
  'chargingprofiles.delete': { ...profiles, method: 'DELETE', path: ':session_id' },
  'chargingprofiles.result': {
    ...sender('chargingprofiles'),
    method: 'POST',
    path: ':id',
    body: 'ChargingProfileResult',
  },
  /** What is active has changed by others than the provider, which has set limits of the session before. */
  'chargingprofiles.update': {
    ...sender('chargingprofiles'),
    method: 'PUT',
    path: ':session_id',
    body: 'ActiveChargingProfile',
  },
} as const satisfies Record<string, InterfaceRow>

export type InterfaceName = keyof typeof ocpiInterfaces
export const interfaceRow = (name: InterfaceName): InterfaceRow => ocpiInterfaces[name]

/** Values of the parameters in `path` that `parts` have; `undefined` where the path is another. */
export function paramsOf(
  path: string,
  parts: readonly string[],
): Record<string, string> | undefined {
  const names = path === '' ? [] : path.split('/')
  if (names.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, name] of names.entries()) {
    const part = parts[at] ?? ''
    if (name.startsWith(':')) params[name.slice(1)] = part
    else if (name !== part) return undefined
  }
  return params
}
