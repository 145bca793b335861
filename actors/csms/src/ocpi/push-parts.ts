import { canonicalJson } from '@interlock/kernel'

/** One PATCH: below the object's address, the members that have changed and when (§8.2.2.3, §9.2.2.3). */
export type PushedPart = { readonly path: string; readonly body: Members }
type Members = Readonly<Record<string, unknown>>
type Place = Members & { readonly evses?: readonly (Members & { readonly uid: string })[] }

/**
 * By which parts a party that holds `held` comes to hold `object`; none where they are alike, `undefined` where the object
 * has to be told as a whole: nothing is known to be held, the standard has no parts of it, or more has changed than
 * a part can say.
 */
export function partsOf(
  module: string,
  held: object | undefined,
  object: object,
): readonly PushedPart[] | undefined {
  if (held === undefined) return undefined
  const [before, now] = [held as Members, object as Members]
  if (module === 'locations') return partsOfPlace(before, now)
  // What a part has of charging periods is added to those that there are.
  const body = module === 'sessions' ? changes(before, now, ['charging_periods']) : undefined
  return body && partAt('', body)
}

function partsOfPlace(held: Place, place: Place): readonly PushedPart[] | undefined {
  const { evses: before = [], last_updated: _before, ...ofHeld } = held
  const { evses: now = [], last_updated: _now, ...ofPlace } = place
  const uids = (evses: typeof now): string => evses.map(({ uid }) => uid).join('\n')
  if (canonicalJson(ofHeld) !== canonicalJson(ofPlace) || uids(before) !== uids(now))
    return undefined
  const parts = now.map((evse, at) => {
    const body = changes(before[at] ?? {}, evse, ['connectors'])
    return body && partAt(`/${encodeURIComponent(evse.uid)}`, body)
  })
  return parts.includes(undefined) ? undefined : parts.flatMap((each) => each ?? [])
}

const partAt = (path: string, body: Members): readonly PushedPart[] =>
  Object.keys(body).length === 0 ? [] : [{ path, body }]

/** Members that differ, and with them the time; `undefined` where one of `fixed` does, or one is gone. */
function changes(held: Members, now: Members, fixed: readonly string[]): Members | undefined {
  const differs = (name: string): boolean => spelt(held[name]) !== spelt(now[name])
  const names = [...new Set([...Object.keys(held), ...Object.keys(now)])].filter(differs)
  if (names.some((name) => now[name] === undefined || fixed.includes(name))) return undefined
  const changed = names.length === 0 ? [] : [...new Set([...names, 'last_updated'])]
  return Object.fromEntries(changed.map((name) => [name, now[name]]))
}

const spelt = (value: unknown): string => (value === undefined ? '' : canonicalJson(value))
