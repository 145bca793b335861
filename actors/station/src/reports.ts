import type { RefusalReason } from '@interlock/contract'
import { refusalRow, vendorId } from '@interlock/contract'
import { toIso, type Clock } from '@interlock/kernel'
import { CallFailed, type Action, type Request, type Response } from '@interlock/ocpp'
import type { Background } from './background.ts'
import type { Keeper } from './keeper.ts'
import type { Records } from './records.ts'

/** The way to the CSMS, while there is one. */
export type Caller = {
  online(): boolean
  /** @throws CallFailed; `Closed` while there is no connection. */
  call<A extends Action>(action: A, payload: Request<A>): Promise<Response<A>>
}

/** What the charger tells the CSMS of its own accord. */
export type Reports = {
  /** A new connection: the CSMS is told again what it may have missed. */
  online(): void
  /** Sends queued transaction events, oldest first; what is not acknowledged stays queued. */
  flush(): Promise<void>
  /** The console's view of this charger. */
  state(): void
  status(): void
  security(type: string, techInfo: string): void
  refusal(reason: RefusalReason, techInfo: string): void
}

const attemptsMax = 3
/** Security events kept for the next connection (A04.FR.02). */
const securityEventsMax = 64

export function createReports(options: {
  readonly caller: Caller
  readonly keeper: Keeper
  readonly records: Records
  readonly clock: Clock
  readonly evse: number
  readonly background: Background
  readonly stateOf: () => Readonly<Record<string, unknown>>
  readonly statusOf: () => Request<'StatusNotification'>['connectorStatus']
  readonly onAnswer: (answer: Response<'TransactionEvent'>) => void
}): Reports {
  const { caller, keeper, records, clock, background } = options
  let flushing: Promise<void> | undefined
  const waiting: Request<'SecurityEventNotification'>[] = []
  let lastState = ''
  let lastStatus = ''

  const send = <A extends Action>(action: A, payload: Request<A>): void => {
    if (!caller.online()) return
    void background(action, async () => {
      await caller.call(action, payload)
    })
  }

  /** False when the event must wait for another connection. */
  const sendOldest = async (): Promise<boolean> => {
    const [event] = keeper.memory.outbox
    if (event === undefined || !caller.online()) return false
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await caller.call('TransactionEvent', event)
        keeper.commit({ sent: 1 })
        options.onAnswer(answer)
        return true
      } catch (error) {
        if (!(error instanceof CallFailed) || !caller.online()) return false
        if (attempt < attemptsMax) continue
        records.note('EventRejected', { seqNo: event.seqNo, code: error.code })
        keeper.commit({ sent: 1 })
        return true
      }
    }
  }

  return {
    online() {
      lastState = ''
      lastStatus = ''
      for (const event of waiting.splice(0)) send('SecurityEventNotification', event)
      this.status()
      this.state()
      void this.flush()
    },
    flush() {
      flushing ??= background('TransactionEvent', async () => {
        while (await sendOldest());
      }).finally(() => (flushing = undefined))
      return flushing
    },
    state() {
      const data = options.stateOf()
      const text = JSON.stringify(data)
      if (text === lastState || !caller.online()) return
      lastState = text
      send('DataTransfer', { vendorId, messageId: 'State', data })
    },
    status() {
      const connectorStatus = options.statusOf()
      if (connectorStatus === lastStatus || !caller.online()) return
      lastStatus = connectorStatus
      send('StatusNotification', {
        timestamp: toIso(clock.now()),
        connectorStatus,
        evseId: options.evse,
        connectorId: 1,
      })
    },
    security(type, techInfo) {
      const timestamp = toIso(clock.now())
      records.note('SecurityEvent', { type, techInfo })
      records.publish({ kind: 'security', reason: type })
      const event = { type, timestamp, techInfo: techInfo.slice(0, 255) }
      if (caller.online()) send('SecurityEventNotification', event)
      else if (waiting.length < securityEventsMax) waiting.push(event)
    },
    refusal(reason, techInfo) {
      const { event } = refusalRow(reason)
      if (event !== undefined) this.security(event, `${reason}: ${techInfo}`)
    },
  }
}
