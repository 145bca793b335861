import { refused, type Outcome } from '@interlock/kernel'
import { ocpiTime, sameCi } from '../fields.ts'
import type { Location } from '../location.ts'
import { checkOcpi } from '../read.ts'
import type { OcpiRefusal } from './refusals.ts'

/**
 * The location with an EVSE put in, or changed in the members that `part` has (§8.2.2). An EVSE is never
 * taken out: its status says that it was removed. Neither changes without the time of the change, nor to an older state.
 */
export function withEvse(
  location: Location,
  uid: string,
  part: Readonly<Record<string, unknown>>,
  isWhole: boolean,
): Outcome<Location, OcpiRefusal> {
  const evses = location.evses ?? []
  const known = evses.find((each) => sameCi(each.uid, uid))
  if (!isWhole && known === undefined) return refused('ObjectUnknown', uid)
  const evse = isWhole ? part : { ...known, ...part }
  const { last_updated: text } = part
  const at = typeof text === 'string' ? ocpiTime(text) : undefined
  if (at === undefined) return refused('ObjectInvalid', '/last_updated no such time')
  const before = known === undefined ? undefined : ocpiTime(known.last_updated)
  if (before !== undefined && at < before) return refused('ObjectOlder', uid)
  if (typeof evse['uid'] !== 'string' || !sameCi(evse['uid'], uid))
    return refused('NameDiffers', 'uid')
  const others = evses.filter((each) => each !== known)
  // The location has changed with its EVSE, and never back to an older time.
  const whole = ocpiTime(location.last_updated)
  const last_updated = whole !== undefined && at < whole ? location.last_updated : text
  return checkOcpi('Location', { ...location, evses: [...others, evse], last_updated })
}
