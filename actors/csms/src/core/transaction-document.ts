import { fromIso } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { samplesOf } from './samples.ts'

type Event = Request<'TransactionEvent'>

/** A transaction as the API shows it: made from its events, in the order of their numbers. */
export type TransactionDocument = {
  readonly transactionId: string
  readonly state: 'active' | 'ended'
  readonly evseId: number | null
  readonly connectorId: number | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly chargingState: string | null
  readonly stoppedReason: string | null
  readonly remoteStartId: number | null
  readonly reservationId: number | null
  /** Of the token that the transaction was authorised with. */
  readonly idToken: { readonly idToken: string; readonly type: string } | null
  readonly firstWattHours: number | null
  readonly lastWattHours: number | null
  readonly seqNos: readonly number[]
  /** Numbers below the highest that have not come. */
  readonly missingSeqNos: readonly number[]
  /** Numbers that came with different contents; each content counts. */
  readonly conflictingSeqNos: readonly number[]
  /** Begun and ended with nothing missing between. */
  readonly complete: boolean
  readonly offline: boolean
  readonly triggerReasons: readonly string[]
}

/** In the order of their numbers; of one number, in that of their times. */
export const inOrder = (events: readonly Event[]): Event[] =>
  [...events].sort((a, b) => a.seqNo - b.seqNo || momentOf(a) - momentOf(b))

/** One moment is written in several ways. */
const momentOf = ({ timestamp }: Event): number => fromIso(timestamp) ?? 0

/** `events` may be in any order. */
export function transactionDocument(
  transactionId: string,
  events: readonly Event[],
): TransactionDocument {
  const ordered = inOrder(events)
  const last = ordered.at(-1)
  const first = ordered[0]
  const ended = ordered.find((event) => event.eventType === 'Ended')
  const newest = <Value>(read: (event: Event) => Value | undefined): Value | null =>
    ordered.map(read).findLast((value) => value !== undefined) ?? null
  const seqNos = [...new Set(ordered.map((event) => event.seqNo))]
  const missingSeqNos = missingIn(seqNos)
  const registers = ordered
    .flatMap((event) => event.meterValue ?? [])
    .map((value) => samplesOf([value]).registerWattHours)
    .filter((value) => value !== undefined)
  const begun = ordered.some((event) => event.eventType === 'Started')
  const started = ordered.find((event) => event.eventType === 'Started') ?? first
  const token = ordered.find((event) => event.idToken !== undefined)?.idToken
  return {
    transactionId,
    state: ended === undefined ? 'active' : 'ended',
    evseId: newest((event) => event.evse?.id),
    connectorId: newest((event) => event.evse?.connectorId),
    startedAt: started?.timestamp ?? null,
    endedAt: ended?.timestamp ?? null,
    chargingState: newest((event) => event.transactionInfo.chargingState),
    stoppedReason: newest((event) => event.transactionInfo.stoppedReason),
    remoteStartId: newest((event) => event.transactionInfo.remoteStartId),
    reservationId: newest((event) => event.reservationId),
    idToken: token === undefined ? null : { idToken: token.idToken, type: token.type },
    firstWattHours: registers[0] ?? null,
    lastWattHours: registers.at(-1) ?? null,
    seqNos,
    missingSeqNos,
    // In their order two of one number stand side by side.
    conflictingSeqNos: [
      ...new Set(
        ordered
          .filter(({ seqNo }, place) => ordered[place - 1]?.seqNo === seqNo)
          .map(({ seqNo }) => seqNo),
      ),
    ],
    complete:
      begun && ended !== undefined && last?.eventType === 'Ended' && missingSeqNos.length === 0,
    offline: ordered.some((event) => event.offline === true),
    triggerReasons: ordered.map((event) => event.triggerReason),
  }
}

const gapsMax = 1_000

function missingIn(seqNos: readonly number[]): number[] {
  const had = new Set(seqNos)
  const missing: number[] = []
  const highest = seqNos.at(-1) ?? -1
  for (let seqNo = seqNos[0] ?? 0; seqNo < highest && missing.length < gapsMax; seqNo += 1)
    if (!had.has(seqNo)) missing.push(seqNo)
  return missing
}
