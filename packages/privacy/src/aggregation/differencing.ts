import { feederSumLimits } from '@interlock/contract'
import { ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import { cellMin, presentMin, type GroupRules, type Roster } from './roster.ts'

/** A set of stations that was told as the one to be summed, and the window in which it was. */
export type Told = { readonly window: number; readonly members: readonly Eui64[] }

/** Every set told in this window and the one before, oldest first. */
export type History = readonly Told[]

export const windowOf = (round: number, { roundsPerWindow }: GroupRules): number =>
  Math.floor(round / roundsPerWindow)

/** What could still be subtracted from a sum of `window`. */
export const recent = (history: History, window: number): History =>
  history.filter((told) => told.window >= window - 1)

export type SetProblem =
  /** Not sorted, or stations that are not in the roster. */
  | 'SetMalformed'
  /** Fewer stations than a sum may be of. */
  | 'GroupTooSmall'
  /** With sums told before, it would tell a sum of too few. */
  | 'DifferenceTooSmall'
  | 'HistoryTooLong'

/**
 * Whether the sum of `present` may be told after those of `history`. Every sum that follows from several
 * is made of their cells: the stations that are in the same ones of them. So no cell may be small, and
 * then nothing linear about fewer stations follows from all of them together.
 */
export function admitSet(
  history: History,
  present: readonly Eui64[],
  { members }: Roster,
  rules: GroupRules,
): Outcome<undefined, SetProblem> {
  if (!isSubset(present, members)) return refused('SetMalformed')
  if (present.length < presentMin(members.length, rules))
    return refused('GroupTooSmall', `${present.length} of ${members.length}`)
  if (history.length >= feederSumLimits.toldMax) return refused('HistoryTooLong')
  const cells = cellsOf([...history.map((told) => told.members), present], members)
  const small = cells.find((cell) => cell.length < cellMin(rules))
  return small === undefined
    ? ok(undefined)
    : refused('DifferenceTooSmall', `${small.length} stations`)
}

/**
 * The largest set that may be told when only `answered` have sent a reading. Where one is missing, as
 * many others of its cell are left out as hide it.
 */
export function chooseSet(
  history: History,
  answered: ReadonlySet<Eui64>,
  { members }: Roster,
  rules: GroupRules,
): readonly Eui64[] {
  const least = cellMin(rules)
  const sets = history.map((told) => told.members)
  const present = new Set<Eui64>()
  for (const cell of cellsOf(sets, members)) {
    const here = cell.filter((each) => answered.has(each))
    const absent = cell.length - here.length
    const kept = absent === 0 ? here : here.slice(0, here.length - Math.max(0, least - absent))
    if (kept.length >= least) for (const each of kept) present.add(each)
  }
  const known = new Set(sets.flat())
  const fresh = members.filter((each) => !known.has(each) && answered.has(each))
  // Nothing was told of these yet: only what is told of them now must be a group.
  if (fresh.length >= least) for (const each of fresh) present.add(each)
  return members.filter((each) => present.has(each))
}

/** Members that are in at least one set, by the sets they are in. */
function cellsOf(sets: readonly (readonly Eui64[])[], members: readonly Eui64[]): Eui64[][] {
  const lookups = sets.map((set) => new Set(set))
  const cells = new Map<string, Eui64[]>()
  for (const member of members) {
    const places = lookups.map((set) => (set.has(member) ? '1' : '0')).join('')
    if (!places.includes('1')) continue
    const cell = cells.get(places)
    if (cell === undefined) cells.set(places, [member])
    else cell.push(member)
  }
  return [...cells.values()]
}

export const sameSet = (left: readonly Eui64[], right: readonly Eui64[]): boolean =>
  left.length === right.length && left.every((each, at) => each === right[at])

function isSubset(set: readonly Eui64[], of: readonly Eui64[]): boolean {
  const known = new Set(of)
  return set.every((each, at) => known.has(each) && (at === 0 || (set[at - 1] ?? '') < each))
}
