/** Signed alerts that the data company has not taken yet, and the number of the last. */
export type WaitingAlerts = { readonly last: bigint; readonly waiting: readonly string[] }

/** As they are kept: more of them, the first taken, or all of it. */
export type AlertEntry =
  | { readonly kind: 'alertTaken' }
  | { readonly kind: 'alerts'; readonly last: string; readonly waiting: readonly string[] }

export const noAlerts: WaitingAlerts = { last: 0n, waiting: [] }
/** Of more the oldest are forgotten: a meter without a hub does not fill its disk. */
const waitingMax = 64

export const withAlerts = (
  { last, waiting }: WaitingAlerts,
  added: readonly string[],
): WaitingAlerts => ({
  last: last + BigInt(added.length),
  waiting: [...waiting, ...added].slice(-waitingMax),
})

/** The oldest, for which there is no room beside what is added. */
export const displacedBy = (
  { waiting }: WaitingAlerts,
  added: readonly string[],
): readonly string[] => [...waiting, ...added].slice(0, -waitingMax)

export const applyAlerts = ({ last, waiting }: WaitingAlerts, entry: AlertEntry): WaitingAlerts =>
  entry.kind === 'alertTaken'
    ? { last, waiting: waiting.slice(1) }
    : { last: BigInt(entry.last), waiting: entry.waiting }

/** All of it, as entries that come to the same. */
export const alertEntries = ({ last, waiting }: WaitingAlerts): readonly AlertEntry[] =>
  last === 0n ? [] : [{ kind: 'alerts', last: `${last}`, waiting }]
