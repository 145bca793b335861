import { refused, type Outcome } from '@interlock/kernel'
import { sameCi } from '../fields.ts'
import type { Location } from '../location.ts'
import { checkOcpi } from '../read.ts'
import type { OcpiRefusal } from './refusals.ts'

/**
 * The location with an EVSE put in, or changed in the members that `part` has (§8.2.2). An EVSE is never
 * taken out: its status says that it was removed.
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
  if (typeof evse['uid'] !== 'string' || !sameCi(evse['uid'], uid))
    return refused('NameDiffers', 'uid')
  const others = evses.filter((each) => each !== known)
  const { last_updated = location.last_updated } = part
  return checkOcpi('Location', { ...location, evses: [...others, evse], last_updated })
}
