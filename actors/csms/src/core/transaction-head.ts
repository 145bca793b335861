import type { Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { after, type RunningTransaction } from './running.ts'

/** What is on file of a transaction besides its events, so that nobody has to read those to know of it. */
export type TransactionHead = {
  readonly startedAt: Instant
  readonly endedAt: Instant | undefined
  readonly firstWattHours: number | undefined
  readonly lastWattHours: number | undefined
  readonly state: TransactionState
}

/** Of what {@link RunningTransaction} knows, what most events leave as it was. */
export type TransactionState = Pick<
  RunningTransaction,
  'evseId' | 'chargingState' | 'idToken' | 'idTokenType' | 'begunWith'
>

/**
 * What an event changes in its transaction's head; undefined where it changes nothing, as most events do. Number,
 * time and register of the newest event are found with that event; the register is put in from time to time.
 */
export function headAfter(
  known: RunningTransaction | undefined,
  event: Request<'TransactionEvent'>,
  at: Instant,
  registerWattHours: number | undefined,
): TransactionHead | undefined {
  const ends = event.eventType === 'Ended'
  const now = after(known, event, at, registerWattHours)
  const passes = known === undefined || blockOf(known.seqNo) !== blockOf(now.seqNo)
  if (!passes && !ends && tells.every((name) => known[name] === now[name])) return undefined
  const { startedAt, firstWattHours, lastWattHours } = now
  const endedAt = ends ? at : undefined
  return { startedAt, endedAt, firstWattHours, lastWattHours, state: stateOf(now) }
}

/**
 * The register is put into the head once in so many numbers, so that the newest ones are never far from where it was
 * read; half of what is looked through after a restart.
 */
const numbersApart = 32
const blockOf = (seqNo: number): number => Math.floor(seqNo / numbersApart)

const tells = [
  'startedAt',
  'firstWattHours',
  'evseId',
  'chargingState',
  'idToken',
  'idTokenType',
  'begunWith',
] as const satisfies readonly (keyof RunningTransaction)[]

export const stateOf = ({
  evseId,
  chargingState,
  idToken,
  idTokenType,
  begunWith,
}: RunningTransaction): TransactionState => ({
  evseId,
  chargingState,
  idToken,
  idTokenType,
  begunWith,
})
