import {
  parseWan,
  verdictIn,
  wanAlert,
  wanBytes,
  wanKey,
  wanPath,
  wanSubprotocol,
  type AlertVerdict,
  type WanMessage,
} from '@interlock/contract'
import {
  connectOcpp,
  keepConnected,
  type ActorDeps,
  type Identity,
  type OcppSocket,
  type Running,
  type Trust,
} from '@interlock/host'
import { inSeconds, toBase64, type Eui64 } from '@interlock/kernel'

/** What a device of the home makes of a message: its answer, or why there is none. */
export type Delivery = { readonly answer: Uint8Array } | { readonly problem: DeliveryProblem }
export type DeliveryProblem = 'DeviceOffline' | 'Timeout'

/** The hub's line to the data company: opened by the hub, kept open, both ways. */
export type WanLink = Running & {
  /** What the data company says of an alert; `later` where it says nothing. */
  alert(from: Eui64, bytes: Uint8Array): Promise<AlertVerdict>
  readonly connected: () => boolean
}

const alertMillisMax = inSeconds(10)
const retryMillisMax = 10_000

export function openWanLink(
  options: {
    readonly eui: Eui64
    readonly url: string
    readonly identity: Identity
    readonly trust: Trust
    readonly deliver: (to: Eui64, frame: Uint8Array) => Promise<Delivery>
  },
  deps: ActorDeps,
): WanLink {
  const waiting = new Map<string, (verdict: AlertVerdict) => void>()
  let current: OcppSocket | undefined

  const answer = async (socket: OcppSocket, message: Extract<WanMessage, { frame: string }>) => {
    const frame = wanBytes(message.frame)
    const delivery =
      frame === undefined
        ? ({ problem: 'DeviceOffline' } as const)
        : await options.deliver(message.to as Eui64, frame)
    const reply: WanMessage =
      'answer' in delivery
        ? { id: message.id, answer: toBase64(delivery.answer) }
        : { id: message.id, problem: delivery.problem }
    socket.send(JSON.stringify(reply))
  }

  const receive = (socket: OcppSocket, text: string): void => {
    const message = parseWan(text)
    if (message === undefined) return socket.close(1008, 'not a message of this network')
    if ('frame' in message)
      void deps.activity.within(wanKey(message.id), () => answer(socket, message))
    else if ('taken' in message) waiting.get(message.id)?.(verdictIn(message))
  }

  const connect = async () => {
    const socket = await connectOcpp({
      url: `${options.url}${wanPath}${options.eui}`,
      identity: options.identity,
      trust: options.trust,
      subprotocols: [wanSubprotocol],
      activity: deps.activity,
      log: deps.log,
      expectRole: 'dcc',
    })
    current = socket
    socket.onMessage((text) => receive(socket, text))
    const closed = new Promise<void>((resolve) =>
      socket.onClose(() => {
        if (current === socket) current = undefined
        for (const settle of waiting.values()) settle('later')
        resolve()
      }),
    )
    return { closed }
  }

  const line = keepConnected({
    label: `hub-${options.eui}/wan`,
    connect,
    clock: deps.wall,
    entropy: deps.entropy,
    log: deps.log,
    maxMillis: retryMillisMax,
  })

  return {
    connected: () => current !== undefined,
    alert(from, bytes) {
      const socket = current
      if (socket === undefined) return Promise.resolve('later')
      const id = crypto.randomUUID()
      const done = deps.activity.begin(wanKey(id))
      return new Promise((resolve) => {
        const settle = (verdict: AlertVerdict): void => {
          timer.cancel()
          waiting.delete(id)
          resolve(verdict)
          done()
        }
        const timer = deps.wall.after(alertMillisMax, wanKey(id), () => settle('later'))
        waiting.set(id, settle)
        socket.send(wanAlert(id, from, bytes))
      })
    },
    async close() {
      await line.close()
      current?.close(1001, 'going away')
    },
  }
}
