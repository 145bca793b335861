import { setMaxListeners } from 'node:events'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { assert } from '@interlock/kernel'
import { serveAsPeer } from '../peer.ts'
import { sealedData, type SaidKind, type SealedData, type Secrets } from '../sealed-data.ts'
import { sharedMillis, type Answer, type Order, type WayName } from './protocol.ts'
import { rawWay, sealedWay, type Way } from './way.ts'

/** The readers, in a process of their own, as a publisher's readers are. */
const readersPerConnection = 50

/** One place of the sequence: who has it, and who waits for that. */
type Place = { readonly all: Promise<void>; readonly take: () => void }

let opened: { readonly address: string; readonly secrets: Secrets } | undefined
const connections: NatsConnection[] = []
const known = new Map<string, readonly Way[]>()
const kinds = new Map<SaidKind, SealedData>()
let reading: { readonly places: readonly Place[]; readonly at: readonly number[] } | undefined
let began = process.cpuUsage()

function dataOf(kind: SaidKind): SealedData {
  assert(opened !== undefined, 'it was opened')
  const data = kinds.get(kind) ?? sealedData(kind, opened.secrets)
  kinds.set(kind, data)
  return data
}

async function waysOf(name: WayName, kind: SaidKind, readers: number): Promise<readonly Way[]> {
  const ways = known.get(`${name} ${kind}`)
  if (ways !== undefined) return ways
  assert(opened !== undefined, 'it was opened')
  while (connections.length * readersPerConnection < readers)
    connections.push(await connect({ servers: opened.address }))
  const make = name === 'sealed' ? sealedWay : rawWay
  const made = connections.map((connection) => make(connection, kind, dataOf(kind)))
  known.set(`${name} ${kind}`, made)
  return made
}

async function read({ way, kind, readers, count }: Extract<Order, { order: 'read' }>) {
  const ways = await waysOf(way, kind, readers)
  const at: number[] = []
  const places = Array.from({ length: count }, () => placeOf(readers))
  reading = { places, at }
  const stop = new AbortController()
  setMaxListeners(readers, stop.signal)
  const loops: Promise<void>[] = []
  for (let reader = 0; reader < readers; reader++) {
    const own = ways[Math.floor(reader / readersPerConnection)]
    assert(own !== undefined, 'a connection for each reader')
    loops.push(follow(own.read(await own.last(), stop.signal)))
  }
  void Promise.all(loops).then(() => stop.abort())

  async function follow(messages: AsyncIterable<unknown>): Promise<void> {
    let place = 0
    for await (const _message of messages) {
      at[place] = sharedMillis()
      places[place]?.take()
      if (++place === count) return
    }
    throw new Error('every message comes')
  }
}

function placeOf(readers: number): Place {
  let left = readers
  let done = (): void => {}
  const all = new Promise<void>((resolve) => (done = resolve))
  return {
    all,
    take() {
      if (--left === 0) done()
    },
  }
}

async function obey(order: Order): Promise<Answer> {
  switch (order.order) {
    case 'open':
      opened = order
      break
    case 'read':
      await read(order)
      break
    case 'until':
      await reading?.places[order.place]?.all
      if (order.place === 0) began = process.cpuUsage()
      break
    case 'bare': {
      const { bare } = dataOf(order.kind)
      for (let i = 0; i < order.count; i++) bare.open()
      break
    }
    case 'taken': {
      await reading?.places.at(-1)?.all
      const { user, system } = process.cpuUsage(began)
      const peakMebibytes = process.resourceUsage().maxRSS / 1_024
      return { answer: 'taken', at: reading?.at ?? [], cpuMicros: user + system, peakMebibytes }
    }
  }
  return { answer: 'done' }
}

serveAsPeer(obey)
