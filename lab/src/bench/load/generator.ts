import { percentile } from '../../street/measure.ts'
import { failAsPeer, serveAsPeer } from '../peer.ts'
import { connectStation, type Client, type Place } from './client.ts'
import { bootOf, callsOf, type Calls } from './messages.ts'
import type { Answer, LoadKind, LoadStation, Order } from './protocol.ts'

/**
 * The load generator: a process of its own, so that both servers face the same one. Each simulated
 * station sends its next call when the last is answered (closed loop).
 */
type Station = {
  client: Client
  readonly load: LoadStation
  readonly calls: Calls
  onAnswer: () => void
  /** Its connection may end: it was told to drop it. */
  mayClose: boolean
  /** Calls of the server since it last booted. */
  called: number
}
type Open = Extract<Order, { order: 'open' }>
type Target = { readonly place: Place; readonly stations: Station[] }

const openAtOnce = 20
const targets = new Map<string, Target>()

async function open(order: Open): Promise<Answer> {
  const { target: name, stations, ...place } = order
  const target = targets.get(name) ?? { place, stations: [] }
  targets.set(name, target)
  for (let at = 0; at < stations.length; at += openAtOnce)
    target.stations.push(
      ...(await Promise.all(
        stations.slice(at, at + openAtOnce).map((station) => enter(place, station)),
      )),
    )
  return { answer: 'opened' }
}

async function enter(place: Place, load: LoadStation): Promise<Station> {
  const station: Station = {
    client: { send: () => {}, abort: () => {} },
    load,
    calls: callsOf(load.id, `${Date.now()}`),
    onAnswer: () => {},
    mayClose: false,
    called: 0,
  }
  station.client = await dial(place, station)
  return station
}

const dial = (place: Place, station: Station): Promise<Client> => {
  const { id } = station.load
  return connectStation(place, station.load, {
    text(text) {
      // `[3,` is a CALLRESULT and `[2,` a call of the server; nothing else was asked for.
      if (text[1] === '3') station.onAnswer()
      else if (text[1] === '2') answerCall(station, text)
      else failAsPeer(`${id}: ${text}`)
    },
    close(why) {
      if (!station.mayClose) failAsPeer(`${id}: ${why}`)
    },
  })
}

function answerCall(station: Station, text: string): void {
  const [, id] = JSON.parse(text) as [number, string]
  station.called += 1
  station.client.send(JSON.stringify([3, id, { status: 'NotImplemented' }]))
}

/** Loads a target for a while, then waits for what is under way; only answers in time count. */
async function run(order: Extract<Order, { order: 'run' }>): Promise<Answer> {
  const { target, send, millis, stations: count } = order
  const stations = (targets.get(target)?.stations ?? []).slice(0, count)
  const until = performance.now() + millis
  const taken: number[] = []
  await Promise.all(stations.map((station) => untilOver(station, send, until, taken)))
  return {
    answer: 'ran',
    answered: taken.length,
    stations: stations.length,
    millis,
    p99Millis: percentile(taken, 0.99),
  }
}

const untilOver = (
  station: Station,
  send: LoadKind,
  until: number,
  taken: number[],
): Promise<void> =>
  new Promise((resolve) => {
    let sentAt = 0
    const next = (): void => {
      sentAt = performance.now()
      station.client.send(station.calls(send))
    }
    station.onAnswer = () => {
      const now = performance.now()
      if (now >= until) return resolve()
      taken.push(now - sentAt)
      next()
    }
    next()
  })

/** As a station waits before it tries again: longer after each failure, with a random part. */
const waitMillis = (failures: number): number =>
  Math.min(8_000, 250 * 2 ** failures) * (0.5 + Math.random() / 2)

async function storm(name: string): Promise<Answer> {
  const target = targets.get(name) ?? { place: { port: 0 }, stations: [] }
  const began = performance.now()
  let refusedConnections = 0
  for (const station of target.stations) {
    station.mayClose = true
    station.client.abort()
  }
  const comeBack = async (station: Station): Promise<void> => {
    for (let failures = 0; ; failures++) {
      try {
        station.client = await dial(target.place, station)
        station.called = 0
        await booted(station)
        return
      } catch {
        refusedConnections += 1
        await new Promise((resolve) => setTimeout(resolve, waitMillis(failures)))
      }
    }
  }
  await Promise.all(target.stations.map(comeBack))
  return { answer: 'stormed', millis: performance.now() - began, refusedConnections }
}

const booted = (station: Station): Promise<void> =>
  new Promise((resolve) => {
    station.onAnswer = resolve
    station.client.send(bootOf(station.load.id))
  })

function obey(order: Order): Promise<Answer> {
  switch (order.order) {
    case 'open':
      return open(order)
    case 'run':
      return run(order)
    case 'storm':
      return storm(order.target)
    case 'calls': {
      const counts = (targets.get(order.target)?.stations ?? []).map((each) => each.called)
      return Promise.resolve({ answer: 'called', counts })
    }
  }
}

serveAsPeer(obey)
