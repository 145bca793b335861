import type { FrameSocket, Ports } from '@interlock/host'
import { Fault, fromUtf8, millis, type Clock } from '@interlock/kernel'
import type { Life } from './clock.ts'
import type { Post } from './post.ts'

/** The cable between LLCS and charger, with the real frames on it, in order. */
export type LinkLine = {
  readonly listenFor: (life: Life) => Ports['listenFrames']
  readonly connectFor: (life: Life, clock: Clock) => Ports['connectFrames']
  connected(): boolean
  /** Both ends notice; what was on its way is lost. */
  cut(): void
}

type Ear = { readonly life: Life; readonly accept: (socket: FrameSocket) => void }
type Frame = {
  readonly bytes: Uint8Array
  readonly kind: string
  readonly settle: (answer: Uint8Array | Fault) => void
}
type End = {
  readonly life: Life
  readonly side: 'llcs' | 'station'
  answer: Parameters<FrameSocket['onRequest']>[0] | undefined
  readonly closers: (() => void)[]
  readonly asked: Set<Frame>
}

const answerMillisMax = millis(10_000)

/**
 * @param held the kinds of message that arrive when the explorer says so; others arrive at once, unless
 *   one that is held is before them
 * @param about what a held message is called, besides its kind
 */
export function createLinkLine(
  post: Post,
  held: readonly string[],
  about: (message: unknown) => string,
): LinkLine {
  let ear: Ear | undefined
  let open: { readonly close: () => void } | undefined

  const connect = (life: Life, clock: Clock): FrameSocket => {
    if (ear?.life.alive !== true) throw new Fault('PeerUnavailable', 'nobody listens')
    const ends: Record<End['side'], End> = {
      llcs: newEnd('llcs', ear.life),
      station: newEnd('station', life),
    }
    let closed = false
    const close = (): void => {
      if (closed) return
      closed = true
      if (open === line) open = undefined
      post.lose((name) => name.startsWith('link '))
      for (const end of Object.values(ends)) {
        if (!end.life.alive) continue
        for (const frame of end.asked) frame.settle(new Fault('PeerUnavailable', 'closed'))
        for (const closer of end.closers) closer()
      }
    }
    const line = { close }
    const socketOf = (own: End, other: End): FrameSocket => {
      const queue: Frame[] = []
      const serve = (frame: Frame): void => {
        const { answer } = other
        if (answer === undefined || !other.life.alive || closed) return
        const answered = Promise.resolve(answer(frame.bytes))
        void answered.then((bytes) => (other.life.alive && !closed ? frame.settle(bytes) : {}))
      }
      const pump = (): void => {
        for (let [frame] = queue; frame !== undefined; [frame] = queue) {
          if (held.includes(frame.kind.split(' ')[0] ?? '')) {
            post.send({
              name: `link ${frame.kind}`,
              arrive() {
                queue.shift()
                serve(frame)
                pump()
              },
            })
            return
          }
          queue.shift()
          serve(frame)
        }
      }
      return {
        remote: 'the cable',
        keep() {},
        request: (bytes, timeoutMillis = answerMillisMax) =>
          new Promise((resolve, reject) => {
            // The dead say nothing any more.
            if (closed || !own.life.alive)
              return reject(new Fault('PeerUnavailable', 'the cable is cut'))
            const timer = clock.after(millis(timeoutMillis), `link-answer of ${own.side}`, () =>
              frame.settle(new Fault('PeerUnavailable', 'no answer in time')),
            )
            const frame: Frame = {
              bytes,
              kind: kindOf(bytes, about),
              settle(answer) {
                timer.cancel()
                if (!own.asked.delete(frame) || !own.life.alive) return
                if (answer instanceof Fault) reject(answer)
                else resolve(answer)
              },
            }
            own.asked.add(frame)
            queue.push(frame)
            if (queue.length === 1) pump()
          }),
        onRequest: (answer) => (own.answer = answer),
        onClose: (listener) => (closed ? listener() : own.closers.push(listener)),
        close,
      }
    }
    open?.close()
    open = line
    ear.accept(socketOf(ends.llcs, ends.station))
    return socketOf(ends.station, ends.llcs)
  }

  return {
    listenFor: (life) => (options) => {
      ear = { life, accept: options.accept }
      return Promise.resolve({ port: 1, close: () => Promise.resolve() })
    },
    connectFor: (life, clock) => async () => connect(life, clock),
    connected: () => open !== undefined,
    cut: () => open?.close(),
  }
}

const newEnd = (side: End['side'], life: Life): End => ({
  life,
  side,
  answer: undefined,
  closers: [],
  asked: new Set(),
})

const headBytes = 18
const macBytes = 32

/** A greeting is plain JSON; what follows is JSON between head and MAC (package seal). */
function kindOf(bytes: Uint8Array, about: (message: unknown) => string): string {
  if (bytes[0] === '{'.charCodeAt(0)) return 'hello'
  const message: unknown = JSON.parse(fromUtf8(bytes.subarray(headBytes, -macBytes)))
  return `${(message as { kind: string }).kind} ${about(message)}`.trim()
}
