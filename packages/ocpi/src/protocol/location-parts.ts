import { ok, refused, type Outcome } from '@interlock/kernel'
import { ocpiTime, sameCi } from '../fields.ts'
import type { Connector, Evse, Location } from '../location.ts'
import { checkOcpi } from '../read.ts'
import type { OcpiRefusal } from './refusals.ts'

type Part = Readonly<Record<string, unknown>>
/** What an address below a location names: an EVSE, or one of its connectors (§8.2.2). */
type Named = Readonly<Record<string, string>>

/** The EVSE or connector that `evse_uid` and `connector_id` of an address name. */
export function partIn(
  { evses = [] }: Location,
  { evse_uid: uid = '', connector_id: id }: Named,
): Evse | Connector | undefined {
  const evse = evses.find((each) => sameCi(each.uid, uid))
  return id === undefined ? evse : evse?.connectors.find((each) => sameCi(each.id, id))
}

/**
 * The location with that EVSE or connector put in (`isWhole`), or changed in the members that `part` has (§8.2.2). An
 * EVSE is never taken out: its status says that it was removed. Nothing changes without the time of the change, nor to
 * an older state; what holds it has changed with it, and never back to an older time.
 */
export function withPart(
  location: Location,
  { evse_uid: uid = '', connector_id: id }: Named,
  part: Part,
  isWhole: boolean,
): Outcome<Location, OcpiRefusal> {
  if (id === undefined) return withEvse(location, uid, part, isWhole)
  const evse = location.evses?.find((each) => sameCi(each.uid, uid))
  if (evse === undefined) return refused('ObjectUnknown', uid)
  const connectors = changed(evse.connectors, 'id', id, part, isWhole)
  if (!connectors.ok) return connectors
  const { items, last_updated } = connectors.value
  const whole = { ...evse, connectors: items, last_updated: later(evse.last_updated, last_updated) }
  return withEvse(location, uid, whole, true)
}

function withEvse(
  location: Location,
  uid: string,
  part: Part,
  isWhole: boolean,
): Outcome<Location, OcpiRefusal> {
  const evses = changed(location.evses ?? [], 'uid', uid, part, isWhole)
  if (!evses.ok) return evses
  const { items, last_updated } = evses.value
  const at = later(location.last_updated, last_updated)
  return checkOcpi('Location', { ...location, evses: items, last_updated: at })
}

/** The list with one of its items put in or changed, where it was, and the time of that. */
function changed<Item extends Evse | Connector>(
  items: readonly Item[],
  idMember: 'uid' | 'id',
  id: string,
  part: Part,
  isWhole: boolean,
): Outcome<{ readonly items: readonly Part[]; readonly last_updated: string }, OcpiRefusal> {
  const idOf = (item: Part): unknown => item[idMember]
  const isIt = (item: Part): boolean => sameCi(String(idOf(item)), id)
  const known = items.find(isIt)
  if (!isWhole && known === undefined) return refused('ObjectUnknown', id)
  const next: Part = isWhole ? part : { ...known, ...part }
  const { last_updated: text } = part
  const at = typeof text === 'string' ? ocpiTime(text) : undefined
  if (typeof text !== 'string' || at === undefined)
    return refused('ObjectInvalid', '/last_updated no such time')
  const before = known === undefined ? undefined : ocpiTime(known.last_updated)
  if (before !== undefined && at < before) return refused('ObjectOlder', id)
  if (typeof idOf(next) !== 'string' || !isIt(next)) return refused('NameDiffers', idMember)
  const placed =
    known === undefined ? [...items, next] : items.map((each) => (each === known ? next : each))
  return ok({ items: placed, last_updated: text })
}

function later(one: string, other: string): string {
  const [before, at] = [ocpiTime(one), ocpiTime(other)]
  return before !== undefined && at !== undefined && at < before ? one : other
}
