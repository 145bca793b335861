import { toIso, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { chargingState, type Charger, type ChargingState } from './charger.ts'
import type { MeterValue } from './meter-values.ts'
import type { Token } from './token.ts'
import { fallen, risen, type TxPoint } from './tx-points.ts'

type Event = Request<'TransactionEvent'>
export type EventType = Event['eventType']
export type Trigger = Event['triggerReason']
export type StoppedReason = NonNullable<Event['transactionInfo']['stoppedReason']>

/** A transaction that is going on (E01 … E15). */
export type Transaction = {
  readonly id: string
  /** Of the next event (E01.FR.07: from 0, without gaps). */
  readonly seqNo: number
  readonly startedAt: Instant
  readonly remoteStartId?: number
  /** An event has named the EVSE, with the values of the transaction's begin (E01.FR.16). */
  readonly placed?: true
  /** What will have ended it, once a stop point says so. */
  readonly stopping?: StoppedReason
}

/** What happened, for the event that reports it. */
export type Occurrence = {
  readonly trigger: Trigger
  /** Why the transaction would end, if this ends it. */
  readonly reason?: StoppedReason
  /** Who was at the reader, where that is not the holder (C09.FR.07). */
  readonly token?: Token
  /** Ends it whatever the stop points say: a restart (B12.FR.04), no cable in time (E03.FR.05). */
  readonly ends?: true
}

/** The charger before; as the occurrence left it; and as the flow of energy followed. */
export type Stages = { readonly before: Charger; readonly asked: Charger; readonly after: Charger }

export type TxRules = {
  readonly startPoints: readonly TxPoint[]
  readonly stopPoints: readonly TxPoint[]
  /** A change of rate below this part is not worth an event (K01, LimitChangeSignificance). */
  readonly significancePercent: number
}

/** An event without what only the edge knows: time, meter values, whether it went out at once. */
export type Draft = {
  readonly transaction: Transaction
  readonly eventType: EventType
  readonly trigger: Trigger
  readonly chargingState: ChargingState
  /** The first one that names the EVSE. */
  readonly places: boolean
  readonly token?: Token
  readonly stoppedReason?: StoppedReason
}

export type Transacted = {
  readonly drafts: readonly Draft[]
  /** Absent when none is going on any more. */
  readonly transaction: Transaction | undefined
  /** The holder's token is in one of the drafts. */
  readonly announced: boolean
}

/**
 * Which events follow from one turn of the charger, and the transaction after them: first what
 * happened, then what the energy did, and last what the meter signed. A transaction begins when any
 * start point comes to hold and ends when any stop point ceases to (E01, E06).
 */
export function transact(
  current: Transaction | undefined,
  stages: Stages,
  occurrence: Occurrence | undefined,
  rules: TxRules,
  newTransaction: () => Transaction,
): Transacted {
  const telling = teller(current, stages)
  happened(telling, stages, occurrence, rules, newTransaction)
  flowed(telling, stages, rules, newTransaction)
  const { stopPoints } = rules
  if (fallen(stages.before, stages.after, stopPoints.filter(isSigned)).length > 0)
    telling.end('SignedDataReceived', stages.after)
  return telling.result()
}

const isSigned = (point: TxPoint): boolean => point === 'DataSigned'
const isNotSigned = (point: TxPoint): boolean => point !== 'DataSigned'

function happened(
  telling: Teller,
  { before, asked, after }: Stages,
  occurrence: Occurrence | undefined,
  { startPoints, stopPoints }: TxRules,
  newTransaction: () => Transaction,
): void {
  if (!telling.ongoing()) {
    const rose = risen(before, asked, startPoints)
    if (rose.length === 0) return
    const trigger = rose.every(isSigned) ? 'SignedDataReceived' : occurrence?.trigger
    const state = stateOnArrival(before, asked)
    telling.start(newTransaction(), trigger ?? 'ChargingStateChanged', asked, state)
    return
  }
  if (occurrence === undefined) return
  const { trigger, reason, token } = occurrence
  const { ends = false } = occurrence
  const fell = ends || fallen(before, asked, stopPoints.filter(isNotSigned)).length > 0
  const released =
    before.authorisation.state === 'allowed' && asked.authorisation.state !== 'allowed'
  if (reason !== undefined && (fell || released)) telling.stopping(reason)
  if (isAuthorisedNow(before, asked)) telling.goesOn()
  if (fell) telling.end(trigger, after, token)
  else telling.update(trigger, asked, stateOnArrival(before, asked), token)
}

/** As a vehicle is plugged in it is connected, whoever may charge: what follows is told next. */
const stateOnArrival = (before: Charger, asked: Charger): ChargingState =>
  before.vehicle === undefined && asked.vehicle !== undefined ? 'EVConnected' : chargingState(asked)

const isAuthorisedNow = (before: Charger, asked: Charger): boolean =>
  before.authorisation.state !== 'allowed' && asked.authorisation.state === 'allowed'

function flowed(
  telling: Teller,
  { asked, after }: Stages,
  { startPoints, stopPoints, significancePercent }: TxRules,
  newTransaction: () => Transaction,
): void {
  if (!telling.ongoing()) {
    if (!telling.ended() && risen(asked, after, startPoints).length > 0)
      telling.start(newTransaction(), 'ChargingStateChanged', after, chargingState(after))
    return
  }
  if (fallen(asked, after, stopPoints.filter(isNotSigned)).length > 0) {
    telling.stopping(chargingState(after) === 'SuspendedEV' ? 'StoppedByEV' : 'Other')
    telling.end('ChargingStateChanged', after)
    return
  }
  if (telling.state() !== chargingState(after))
    telling.update('ChargingStateChanged', after, chargingState(after))
  else if (isOtherRate(asked, after, significancePercent))
    telling.update('ChargingRateChanged', after, chargingState(after))
}

function isOtherRate(asked: Charger, after: Charger, percent: number): boolean {
  const [from, to] = [asked.meter.powerWatts, after.meter.powerWatts]
  return from > 0 && to > 0 && from !== to && Math.abs(to - from) * 100 >= from * percent
}

type Teller = ReturnType<typeof teller>

/** Tells the story of one turn, event after event. */
function teller(given: Transaction | undefined, { before, asked }: Stages) {
  const { holder } = asked
  let current = given
  let state = chargingState(before)
  let ended = false
  let announced = holder?.announced === true
  const drafts: Draft[] = []

  const tell = (
    eventType: EventType,
    trigger: Trigger,
    charger: Charger,
    chargingState: ChargingState,
    given?: Token,
  ): void => {
    if (current === undefined) return
    const announces = !announced && charger.holder !== undefined
    const remoteStartId = announces ? charger.holder.remoteStartId : undefined
    const token = announces ? charger.holder.token : given
    announced ||= announces
    const places = current.placed !== true && charger.vehicle !== undefined
    current = {
      ...current,
      ...(remoteStartId === undefined ? {} : { remoteStartId }),
      ...(places ? { placed: true } : {}),
    }
    drafts.push({
      transaction: current,
      eventType,
      trigger: remoteStartId === undefined ? trigger : 'RemoteStart',
      chargingState,
      places,
      ...(token === undefined ? {} : { token }),
      ...(eventType === 'Ended' && current.stopping !== undefined
        ? { stoppedReason: current.stopping }
        : {}),
    })
    state = chargingState
    current = { ...current, seqNo: current.seqNo + 1 }
  }

  return {
    ongoing: () => current !== undefined,
    ended: () => ended,
    state: () => state,
    start(transaction: Transaction, trigger: Trigger, charger: Charger, state: ChargingState) {
      current = transaction
      tell('Started', trigger, charger, state)
    },
    update(trigger: Trigger, charger: Charger, state: ChargingState, token?: Token) {
      tell('Updated', trigger, charger, state, token)
    },
    /** At its end a vehicle that is still there is only connected. */
    end(trigger: Trigger, charger: Charger, token?: Token) {
      if (current === undefined) return
      tell('Ended', trigger, charger, charger.vehicle === undefined ? 'Idle' : 'EVConnected', token)
      current = undefined
      ended = true
    },
    /** The first reason stands. */
    stopping(reason: StoppedReason) {
      if (current !== undefined) current = { ...current, stopping: current.stopping ?? reason }
    },
    /** Somebody charges again: what would have ended it is over. */
    goesOn() {
      if (current === undefined) return
      const { stopping: _, ...going } = current
      current = going
    },
    result: (): Transacted => ({ drafts, transaction: current, announced }),
  }
}

export type Edge = {
  readonly evse: number
  readonly now: Instant
  readonly offline: boolean
  readonly meterValues: readonly MeterValue[]
  readonly phases?: number
}

/** The event as it is queued and sent. */
export function eventOf(draft: Draft, edge: Edge): Event {
  const { transaction, eventType, trigger, chargingState, token, stoppedReason } = draft
  const [first, ...others] = edge.meterValues
  return {
    eventType,
    timestamp: toIso(edge.now),
    triggerReason: trigger,
    seqNo: transaction.seqNo,
    ...(edge.offline ? { offline: true } : {}),
    transactionInfo: {
      transactionId: transaction.id,
      chargingState,
      ...(stoppedReason === undefined ? {} : { stoppedReason }),
      ...(transaction.remoteStartId === undefined
        ? {}
        : { remoteStartId: transaction.remoteStartId }),
    },
    ...(transaction.placed === true ? { evse: { id: edge.evse, connectorId: 1 } } : {}),
    ...(token === undefined ? {} : { idToken: token }),
    ...(first === undefined ? {} : { meterValue: [first, ...others] }),
  }
}
