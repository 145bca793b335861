import type { Request } from '@interlock/ocpp'

type TransactionEvent = Request<'TransactionEvent'>

/** What a charger remembers of a time in which it could tell nobody. */
export const outboxMax = 2_000

/** Readings give way first, then other news of a transaction, its start and end last (E04.FR.07). */
const ranks: readonly ((event: TransactionEvent) => boolean)[] = [
  ({ eventType, triggerReason }) =>
    eventType === 'Updated' &&
    (triggerReason === 'MeterValuePeriodic' || triggerReason === 'MeterValueClock'),
  ({ eventType }) => eventType === 'Updated',
]

/**
 * No more than `max` of them. Of what may go it takes the one whose neighbours are closest, the oldest
 * of these: the first, the third, the fifth (E04.FR.08), so that what is left stays spread over the whole
 * time. The first stays, for it may be on its way; so does the last, which is the newest.
 */
export function thinned(
  events: readonly TransactionEvent[],
  max: number,
): readonly TransactionEvent[] {
  if (events.length <= max) return events
  const left = [...events]
  while (left.length > max) left.splice(leastMissed(left), 1)
  return left
}

function leastMissed(events: readonly TransactionEvent[]): number {
  for (const mayGo of ranks) {
    let [least, narrowest] = [0, Infinity]
    for (let at = 1; at < events.length - 1; at++) {
      const event = events[at]
      if (event === undefined || !mayGo(event)) continue
      const gap = gapWithout(event, events[at - 1], events[at + 1])
      if (gap < narrowest) [least, narrowest] = [at, gap]
    }
    if (least > 0) return least
  }
  return 1
}

/** How far apart, in numbers of their transaction, those beside it would be. */
function gapWithout(
  { seqNo, transactionInfo }: TransactionEvent,
  before: TransactionEvent | undefined,
  after: TransactionEvent | undefined,
): number {
  const numberOf = (beside: TransactionEvent | undefined, otherwise: number): number =>
    beside?.transactionInfo.transactionId === transactionInfo.transactionId
      ? beside.seqNo
      : otherwise
  return numberOf(after, seqNo + 1) - numberOf(before, seqNo - 1)
}
