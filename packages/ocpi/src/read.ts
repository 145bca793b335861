import { ok, parseJson, refused, type Outcome } from '@interlock/kernel'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Cdr } from './cdr.ts'
import { Location } from './location.ts'
import { Session } from './session.ts'
import { Tariff } from './tariff.ts'
import { AuthorizationInfo, Token } from './token.ts'

const schemas = { Cdr, Location, Session, Tariff, Token, AuthorizationInfo }
export type OcpiObjectName = keyof typeof schemas
export type OcpiObject<Name extends OcpiObjectName> = Static<(typeof schemas)[Name]>

/** Why an object is none; an answer to it has OCPI status 2001 (§5.2). */
export type OcpiProblem = 'ObjectTooLarge' | 'ObjectMalformed' | 'ObjectInvalid'

export const objectCharactersMax = 1_048_576
const depthMax = 12

const shapes = Object.fromEntries(
  Object.entries<TSchema>(schemas).map(([name, schema]) => [name, Compile(schema)]),
)

/** Reads one object. Members that version 2.2.1 does not know are kept as they came. */
export function readOcpi<Name extends OcpiObjectName>(
  name: Name,
  text: string,
): Outcome<OcpiObject<Name>, OcpiProblem> {
  if (text.length > objectCharactersMax) return refused('ObjectTooLarge', `${text.length}`)
  const json = parseJson(text, depthMax)
  if (!json.ok) return refused('ObjectMalformed', json.reason)
  const shape = shapes[name]
  if (shape?.Check(json.value) === true) return ok(json.value as OcpiObject<Name>)
  const [first] = shape?.Errors(json.value) ?? []
  return refused('ObjectInvalid', `${first?.instancePath || name} ${first?.message ?? ''}`)
}
