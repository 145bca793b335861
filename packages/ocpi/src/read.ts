import { ok, parseJson, refused, type Outcome } from '@interlock/kernel'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Cdr } from './cdr.ts'
import {
  ActiveChargingProfile,
  ChargingProfileResponse,
  ChargingProfileResult,
  SetChargingProfile,
} from './charging-profile.ts'
import {
  CancelReservation,
  CommandResponse,
  CommandResult,
  ReserveNow,
  StartSession,
  StopSession,
  UnlockConnector,
} from './command.ts'
import { Connector, Evse, Location } from './location.ts'
import { Credentials, VersionDetails, VersionList } from './protocol/versions.ts'
import { Session } from './session.ts'
import { Tariff } from './tariff.ts'
import { AuthorizationInfo, LocationReferences, Token } from './token.ts'

const schemas = {
  ActiveChargingProfile,
  AuthorizationInfo,
  CancelReservation,
  Cdr,
  ChargingProfileResponse,
  ChargingProfileResult,
  CommandResponse,
  CommandResult,
  Connector,
  Credentials,
  Evse,
  Location,
  LocationReferences,
  ReserveNow,
  Session,
  SetChargingProfile,
  StartSession,
  StopSession,
  Tariff,
  Token,
  UnlockConnector,
  VersionDetails,
  VersionList,
}
export type OcpiObjectName = keyof typeof schemas
export type OcpiObject<Name extends OcpiObjectName> = Static<(typeof schemas)[Name]>

/** Why an object is none; an answer to it has OCPI status 2001 (§5.2). */
export type OcpiProblem = 'ObjectTooLarge' | 'ObjectMalformed' | 'ObjectInvalid'

export const objectCharactersMax = 1_048_576
export const objectDepthMax = 12

const shapes = Object.fromEntries(
  Object.entries<TSchema>(schemas).map(([name, schema]) => [name, Compile(schema)]),
)

/** Reads one object. Members that version 2.2.1 does not know are kept as they came; one that is `null` is none (§3.5). */
export function readOcpi<Name extends OcpiObjectName>(
  name: Name,
  text: string,
): Outcome<OcpiObject<Name>, OcpiProblem> {
  if (text.length > objectCharactersMax) return refused('ObjectTooLarge', `${text.length}`)
  const json = parseJson(text, objectDepthMax)
  return json.ok ? checkOcpi(name, json.value) : refused('ObjectMalformed', json.reason)
}

/** The same for JSON that is read already. */
export function checkOcpi<Name extends OcpiObjectName>(
  name: Name,
  value: unknown,
): Outcome<OcpiObject<Name>, 'ObjectInvalid'> {
  const shape = shapes[name]
  const known = withoutNulls(value)
  // JSON can spell a number that nobody can write again.
  if (!hasEnds(known)) return refused('ObjectInvalid', `${name} a number without end`)
  if (shape?.Check(known) === true) return ok(known as OcpiObject<Name>)
  const [first] = shape?.Errors(known) ?? []
  return refused('ObjectInvalid', `${first?.instancePath || name} ${first?.message ?? ''}`)
}

/** Its depth was judged as it was parsed. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]))
}

const hasEnds = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).every(hasEnds)
    : typeof value !== 'number' || Number.isFinite(value)
