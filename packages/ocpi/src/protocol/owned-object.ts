import { canonicalJson, ok, refused, type Outcome } from '@interlock/kernel'
import { ocpiTime, sameCi } from '../fields.ts'
import { checkOcpi, type OcpiObject, type OcpiObjectName } from '../read.ts'
import { sameOwner, type OcpiOwner } from './headers.ts'
import type { OcpiRefusal } from './refusals.ts'

/** Objects that a client owns and pushes (§4.1.6). */
export type OwnedName = Extract<OcpiObjectName, 'Location' | 'Session' | 'Tariff' | 'Token'>
type Owned = OcpiOwner & { readonly last_updated: string }

/** Member that names an object of its owner. */
const idMembers = { Location: 'id', Session: 'id', Tariff: 'id', Token: 'uid' } as const
const idOf = (name: OwnedName, object: object): string =>
  String((object as Record<string, unknown>)[idMembers[name]])

/** The owner in the address has to be the party whose token was shown. */
export function checkOwner(
  caller: OcpiOwner,
  params: Readonly<Record<string, string>>,
): Outcome<undefined, 'OwnerOther'> {
  const { country_code = '', party_id = '' } = params
  return sameOwner(caller, { country_code, party_id })
    ? ok(undefined)
    : refused('OwnerOther', `${country_code}*${party_id}`)
}

/** What is kept once `object` was pushed to the address with `params`; nothing older replaces what is known. */
export function afterPut<Name extends OwnedName>(
  name: Name,
  caller: OcpiOwner,
  params: Readonly<Record<string, string>>,
  object: OcpiObject<Name>,
  known: OcpiObject<Name> | undefined,
): Outcome<OcpiObject<Name>, OcpiRefusal> {
  const owner = checkOwner(caller, params)
  if (!owner.ok) return owner
  const owned = object as Owned
  if (!sameOwner(owned, caller)) return refused('OwnerOther', 'in the object')
  if (!sameCi(idOf(name, object), params['id'] ?? ''))
    return refused('NameDiffers', idOf(name, object))
  const [at, before] = [timeOf(owned), known === undefined ? undefined : timeOf(known)]
  if (at === undefined) return refused('ObjectInvalid', '/last_updated no such time')
  if (before !== undefined && at < before) return refused('ObjectOlder', owned.last_updated)
  return ok(object)
}

/**
 * What is kept once the members of `part` have replaced those of `known`; `null` takes one away. Charging periods of a
 * session are added to those that there are (§9.2.2.3), each once: an answer that was lost has the same part come again.
 */
export function afterPatch<Name extends OwnedName>(
  name: Name,
  caller: OcpiOwner,
  params: Readonly<Record<string, string>>,
  part: Readonly<Record<string, unknown>>,
  known: OcpiObject<Name> | undefined,
): Outcome<OcpiObject<Name>, OcpiRefusal> {
  const owner = checkOwner(caller, params)
  if (!owner.ok) return owner
  if (known === undefined) return refused('ObjectUnknown', params['id'])
  if (part['last_updated'] === undefined)
    return refused('ObjectInvalid', '/last_updated is missing')
  const before = known as Record<string, unknown>
  const changed = checkOcpi(name, { ...before, ...part })
  if (!changed.ok) return changed
  const whole = checkOcpi(name, { ...changed.value, ...periodsAfter(name, before, part) })
  return whole.ok ? afterPut(name, caller, params, whole.value, known) : whole
}

function periodsAfter(
  name: OwnedName,
  { charging_periods: known = [] }: Readonly<Record<string, unknown>>,
  { charging_periods: added }: Readonly<Record<string, unknown>>,
): { readonly charging_periods?: readonly unknown[] } {
  if (name !== 'Session' || !Array.isArray(added) || !Array.isArray(known)) return {}
  const held = new Set(known.map(canonicalJson))
  return { charging_periods: [...known, ...added.filter((each) => !held.has(canonicalJson(each)))] }
}

const timeOf = ({ last_updated: text }: Owned): number | undefined => ocpiTime(text)
