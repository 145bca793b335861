import type { RefusalReason } from '@interlock/contract'
import { refusalRow, vendorId } from '@interlock/contract'
import { between, inSeconds, toIso, type Clock, type Instant, type Millis } from '@interlock/kernel'
import { CallFailed, type Action, type Request, type Response } from '@interlock/ocpp'
import type { Background } from './background.ts'
import type { Keeper } from './keeper.ts'
import type { Records } from './records.ts'

/** The way to the CSMS, while there is one. */
export type Caller = {
  online(): boolean
  /** @throws CallFailed; `Closed` while there is no connection. */
  call<A extends Action>(
    action: A,
    payload: Request<A>,
    options?: {
      /** Asked for by the CSMS, and so allowed before the boot is accepted (B02.FR.02). */
      readonly solicited?: boolean
      /** Unless given, as the settings say. */
      readonly timeoutMillis?: number
    },
  ): Promise<Response<A>>
}

/** What the charger tells the CSMS of its own accord. */
export type Reports = {
  /** Calls can be made again, after a boot or not: the CSMS is told what it may have missed. */
  online(booted: boolean): void
  /** The connection has ended. */
  offline(): void
  /** Sends queued transaction events, oldest first; what is not acknowledged stays queued. */
  flush(): Promise<void>
  /** The console's view of this charger. */
  state(): void
  status(): void
  /** The same although nothing changed: the CSMS asked (F06). */
  statusAgain(): void
  security(type: string, techInfo: string): void
  refusal(reason: RefusalReason, techInfo: string): void
}

/** Security events kept until they are acknowledged (A04.FR.02). */
const securityEventsMax = 128

export function createReports(options: {
  readonly caller: Caller
  readonly keeper: Keeper
  readonly records: Records
  readonly clock: Clock
  readonly evse: number
  readonly background: Background
  readonly offlineThresholdMillis: () => number
  readonly stateOf: () => Readonly<Record<string, unknown>>
  readonly statusOf: () => Request<'StatusNotification'>['connectorStatus']
  /** How often an event is sent that the CSMS does not take, and how long apart (E13). */
  readonly attempts: () => { readonly most: number; readonly intervalSeconds: number }
  readonly pause: (label: string, wait: Millis) => Promise<void>
  readonly onAnswer: (
    event: Request<'TransactionEvent'>,
    answer: Response<'TransactionEvent'>,
  ) => void
}): Reports {
  const { caller, keeper, records, clock, background } = options
  let flushing: Promise<void> | undefined
  let again = false
  let lastState = ''
  let lastStatus = ''
  let offlineSince: Instant | undefined
  let telling: Promise<void> | undefined

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
        options.onAnswer(event, answer)
        return true
      } catch (error) {
        if (!(error instanceof CallFailed) || !caller.online()) return false
        const { most, intervalSeconds } = options.attempts()
        if (attempt < most) {
          // E13.FR.02: each wait is one interval longer than the one before.
          await options.pause('event-attempt', inSeconds(intervalSeconds * attempt))
          if (keeper.memory.outbox[0] !== event || !caller.online()) return caller.online()
          continue
        }
        records.note('EventRejected', { seqNo: event.seqNo, code: error.code })
        keeper.commit({ sent: 1 })
        return true
      }
    }
  }

  const connector = () => ({
    timestamp: toIso(clock.now()),
    evseId: options.evse,
    connectorId: 1,
  })

  /** Oldest first, each until it is acknowledged, over connections and restarts. */
  const tellSecurity = (): void => {
    if (!caller.online()) return
    telling ??= background('SecurityEventNotification', async () => {
      for (;;) {
        const [event] = keeper.memory.securityEvents
        if (event === undefined || !caller.online()) return
        await caller.call('SecurityEventNotification', event)
        const rest = keeper.memory.securityEvents.filter((each) => each !== event)
        keeper.commit({ set: { securityEvents: rest } })
      }
    }).finally(() => (telling = undefined))
  }

  return {
    online(booted) {
      lastState = ''
      const away = offlineSince === undefined ? 0 : between(offlineSince, clock.now())
      offlineSince = undefined
      // B01.FR.05, B04.FR.01: all anew; B04.FR.02: after a short absence only what changed.
      if (booted || away > options.offlineThresholdMillis()) lastStatus = ''
      tellSecurity()
      this.status()
      this.state()
      void this.flush()
    },
    offline() {
      offlineSince ??= clock.now()
    },
    flush() {
      // Whatever is queued while the last round ends gets a round of its own.
      if (flushing !== undefined) again = true
      flushing ??= background('TransactionEvent', async () => {
        while (await sendOldest());
      }).finally(() => {
        flushing = undefined
        if (!again) return
        again = false
        void this.flush()
      })
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
      void background('StatusNotification', async () => {
        try {
          await caller.call('StatusNotification', { ...connector(), connectorStatus })
        } catch (error) {
          // Lost on the way, it is still to be told (B04.FR.02).
          if (lastStatus === connectorStatus) lastStatus = ''
          throw error
        }
      })
    },
    statusAgain() {
      lastStatus = options.statusOf()
      void background('StatusNotification', async () => {
        const status = { ...connector(), connectorStatus: options.statusOf() }
        await caller.call('StatusNotification', status, { solicited: true })
      })
    },
    security(type, techInfo) {
      const timestamp = toIso(clock.now())
      records.note('SecurityEvent', { type, techInfo })
      records.publish({ kind: 'security', reason: type })
      const event = { type, timestamp, techInfo: techInfo.slice(0, 255) }
      const { securityEvents } = keeper.memory
      keeper.commit({
        set: { securityEvents: [...securityEvents, event].slice(-securityEventsMax) },
      })
      tellSecurity()
    },
    refusal(reason, techInfo) {
      const { event } = refusalRow(reason)
      if (event !== undefined) this.security(event, `${reason}: ${techInfo}`)
    },
  }
}
