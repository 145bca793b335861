import type { FlattenedJws } from '@interlock/contract'
import type { OcppSocket, Ports } from '@interlock/host'
import { Fault, toIso, unobserved, type Clock } from '@interlock/kernel'
import {
  CallFailed,
  createEndpoint,
  readSigned,
  type Action,
  type Endpoint,
  type Handlers,
  type Request,
} from '@interlock/ocpp'
import type { Life } from './clock.ts'

/** The CSMS and the real OCPP between it and the charger, without a network beneath. */
export type CsmsLine = {
  readonly connectFor: (life: Life) => Ports['connectOcpp']
  connected(): boolean
  /** Sends a signed command; `onReply` hears the answer, should it come. */
  send(action: Action, jws: FlattenedJws, onReply: (answer: unknown) => void): void
  /** Brings what others have signed; `onReply` hears the answer, should it come. */
  bring(request: Request<'DataTransfer'>, onReply: (answer: unknown) => void): void
  /** The connection is gone; both ends that live notice. */
  drop(): void
  stop(): void
  start(): void
  isUp(): boolean
}

/** `clock` is the CSMS's own. */
export function createCsmsLine(clock: Clock): CsmsLine {
  let isUp = true
  let current: { readonly endpoint: Endpoint; readonly close: () => void } | undefined

  const connect = (life: Life): OcppSocket => {
    if (!isUp) throw new Fault('PeerUnavailable', 'the CSMS is down')
    current?.close()
    const [station, csms] = socketPair(life)
    const connection = {
      endpoint: createEndpoint({
        transport: csms.socket,
        wall: clock,
        activity: unobserved,
        handlers: handlersAt(clock),
      }),
      close(): void {
        if (current === connection) current = undefined
        station.end()
        csms.end()
      },
    }
    station.onEnd(() => connection.close())
    current = connection
    return station.socket
  }

  return {
    connectFor: (life) => async () => connect(life),
    connected: () => current !== undefined,
    send(action, jws, onReply) {
      if (current !== undefined) void hear(current.endpoint.callSigned(action, jws), onReply)
    },
    bring(request, onReply) {
      if (current !== undefined) void hear(current.endpoint.call('DataTransfer', request), onReply)
    },
    drop: () => current?.close(),
    stop() {
      isUp = false
      current?.close()
    },
    start: () => (isUp = true),
    isUp: () => isUp,
  }
}

async function hear(reply: Promise<unknown>, onReply: (answer: unknown) => void): Promise<void> {
  try {
    const answer = await reply
    const signed = readSigned(answer)
    onReply(signed.ok ? signed.value.payload : answer)
  } catch (error) {
    // No answer comes any more, and the CSMS knows nothing.
    if (!(error instanceof CallFailed)) throw error
  }
}

const handlersAt = (clock: Clock): Handlers => {
  const currentTime = (): string => toIso(clock.now())
  return {
    BootNotification: () => ({ currentTime: currentTime(), interval: 300, status: 'Accepted' }),
    Heartbeat: () => ({ currentTime: currentTime() }),
    StatusNotification: () => ({}),
    SecurityEventNotification: () => ({}),
    TransactionEvent: () => ({}),
    MeterValues: () => ({}),
    DataTransfer: () => ({ status: 'Accepted' }),
  }
}

type Socket = {
  readonly socket: OcppSocket
  readonly hear: (text: string) => void
  /** The listeners of this end hear that it is over. */
  readonly end: () => void
  readonly onEnd: (listener: () => void) => void
}

/** Two ends; a dead charger neither sends nor hears. */
function socketPair(life: Life): readonly [Socket, Socket] {
  const station: Socket = socketOf(life, (text) => csms.hear(text))
  const csms: Socket = socketOf({ alive: true }, (text) => station.hear(text))
  return [station, csms]

  function socketOf(own: Life, pass: (text: string) => void): Socket {
    const closers: ((code: number, reason: string) => void)[] = []
    const enders: (() => void)[] = []
    let listener: ((text: string) => void) | undefined
    let early: string[] = []
    let ended = false
    const hear = (text: string): void => {
      if (ended || !own.alive) return
      if (listener === undefined) early.push(text)
      else listener(text)
    }
    const socket: OcppSocket = {
      id: 'station-4',
      peer: undefined,
      bufferedBytes: 0,
      answers: () => Promise.resolve(!ended),
      send(text) {
        if (!ended && own.alive) queueMicrotask(() => pass(text))
      },
      onMessage(next) {
        listener = next
        for (const text of early) next(text)
        early = []
      },
      onClose: (closer) => (ended ? closer(1000, '') : closers.push(closer)),
      close() {
        for (const ender of enders) ender()
      },
    }
    return {
      socket,
      hear,
      onEnd: (ender: () => void) => enders.push(ender),
      end() {
        if (ended) return
        ended = true
        if (own.alive) for (const closer of closers) closer(1000, 'over')
      },
    }
  }
}
