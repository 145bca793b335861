import { connect as connectPlain } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { readFrame, textFrame } from './frames.ts'
import { callsOf, type Calls } from './messages.ts'
import type { Answer, LoadKind, LoadStation, Order } from './protocol.ts'

/**
 * The load generator: a process of its own, so that both servers face the same one. Each simulated
 * station sends its next call when the last is answered (closed loop).
 */
type Station = { readonly socket: Duplex; readonly calls: Calls; onAnswer: () => void }
type Open = Extract<Order, { order: 'open' }>

const host = '127.0.0.1'
const openAtOnce = 20
const targets = new Map<string, readonly Station[]>()

async function open(order: Open): Promise<void> {
  const stations: Station[] = []
  for (let at = 0; at < order.stations.length; at += openAtOnce)
    stations.push(
      ...(await Promise.all(
        order.stations.slice(at, at + openAtOnce).map((station) => upgraded(order, station)),
      )),
    )
  targets.set(order.target, stations)
}

async function upgraded(order: Open, { id, keyPem, chainPem }: LoadStation): Promise<Station> {
  const { port, rootPem, target } = order
  const socket =
    rootPem === undefined
      ? connectPlain({ host, port, noDelay: true })
      : connectTls({
          host,
          port,
          ca: rootPem,
          key: keyPem,
          cert: chainPem,
          checkServerIdentity: () => undefined,
        }).setNoDelay(true)
  socket.on('error', (error) => fail(`${target} ${id}: ${error.message}`))
  socket.write(
    [
      `GET /ocpp/${id} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Protocol: ocpp2.0.1',
      '\r\n',
    ].join('\r\n'),
  )
  const station: Station = { socket, calls: callsOf(id, `${Date.now()}`), onAnswer: () => {} }
  let pending = await answerHead(socket, `${target} ${id}`)
  const take = (): void => {
    for (let frame = readFrame(pending); frame !== undefined; frame = readFrame(pending)) {
      pending = frame.rest
      if (frame.opcode === 0x9) socket.write(textFrame(frame.payload.toString('latin1'), 0xa))
      else if (frame.opcode !== 0x1) fail(`${target} ${id}: the server closed the connection`)
      // `[3,` is a CALLRESULT; anything else is not what the bench asked for.
      else if (frame.payload[1] !== 0x33) fail(`${target} ${id}: ${frame.payload.toString()}`)
      else station.onAnswer()
    }
  }
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    take()
  })
  take()
  return station
}

/** Reads the HTTP answer to the upgrade; resolves with what came after it. */
const answerHead = (socket: Duplex, who: string): Promise<Buffer> =>
  new Promise((resolve) => {
    let head = Buffer.alloc(0)
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', read)
      if (!head.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) fail(`${who}: ${head}`)
      resolve(head.subarray(end + 4))
    }
    socket.on('data', read)
  })

/** Loads a target for a while, then waits for what is under way; only answers in time count. */
async function run(target: string, send: LoadKind, millis: number): Promise<Answer> {
  const stations = targets.get(target) ?? []
  const began = performance.now()
  const until = began + millis
  let answered = 0
  await Promise.all(
    stations.map(
      (station) =>
        new Promise<void>((resolve) => {
          const next = (): void => void station.socket.write(textFrame(station.calls(send)))
          station.onAnswer = () => {
            if (performance.now() >= until) return resolve()
            answered += 1
            next()
          }
          next()
        }),
    ),
  )
  return { answer: 'ran', answered, millis }
}

const say = (answer: Answer): void => void process.send?.(answer)
function fail(problem: string): void {
  say({ answer: 'failed', problem })
}

process.on('message', (order: Order) => {
  const done =
    order.order === 'open'
      ? open(order).then((): Answer => ({ answer: 'opened' }))
      : run(order.target, order.send, order.millis)
  done.then(say, (error: unknown) => fail(String(error)))
})
// The bench has gone, however it went.
process.on('disconnect', () => process.exit(0))
