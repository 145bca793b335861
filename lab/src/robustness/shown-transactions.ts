import { httpClient, type Identity } from '@interlock/host'
import { Fault, unobserved } from '@interlock/kernel'
import type { ChargingStation, Event } from './charging-station.ts'

/** What the API of the CSMS says of one station. */
export type Shown = {
  readonly station: {
    readonly transactionId: string | null
    readonly energyWattHours: number | null
  }
  /** The latest first. */
  readonly transactions: readonly ShownTransaction[]
}
export type ShownTransaction = {
  readonly transactionId: string
  readonly state: 'active' | 'ended'
  readonly firstWattHours: number | null
  readonly lastWattHours: number | null
}

export type Sender = Pick<ChargingStation, 'id' | 'acknowledged' | 'unacknowledged'>

/** Of how many transactions the CSMS says something else than their station was told: running or ended, energy. */
export const misjudged = (shown: ReadonlyMap<string, Shown>, stations: readonly Sender[]): number =>
  stations.reduce((sum, station) => sum + misjudgedOf(shown.get(station.id), station), 0)

function misjudgedOf(shown: Shown | undefined, { acknowledged, unacknowledged }: Sender): number {
  const sent = byTransaction(acknowledged)
  // What went out and was not answered may be there or not.
  const waiting = unacknowledged()
  const others = waiting === undefined ? sent : byTransaction([...acknowledged, waiting])
  const said = new Map(shown?.transactions.map((each) => [each.transactionId, each]))
  const missing = [...sent].filter(([id]) => !said.has(id)).length
  const wrong = [...said.values()].filter((each) => {
    const may = [sent.get(each.transactionId), others.get(each.transactionId)]
    return !may.some((events) => events !== undefined && fits(each, events))
  })
  const [latest] = shown?.transactions ?? []
  return missing + wrong.length + (latest === undefined || agrees(shown, latest) ? 0 : 1)
}

function fits(said: ShownTransaction, events: readonly Event[]): boolean {
  const registers = events.map(({ wattHours }) => wattHours)
  const state = events.some(({ eventType }) => eventType === 'Ended') ? 'ended' : 'active'
  return (
    said.state === state &&
    said.firstWattHours === Math.min(...registers) &&
    said.lastWattHours === Math.max(...registers)
  )
}

/** The station's own document says the same of the latest as the list. */
const agrees = (shown: Shown | undefined, latest: ShownTransaction): boolean =>
  shown?.station.transactionId === (latest.state === 'active' ? latest.transactionId : null) &&
  shown.station.energyWattHours === (latest.lastWattHours ?? 0) - (latest.firstWattHours ?? 0)

function byTransaction(events: readonly Event[]): ReadonlyMap<string, readonly Event[]> {
  const grouped = new Map<string, Event[]>()
  for (const event of events)
    grouped.set(event.transactionId, [...(grouped.get(event.transactionId) ?? []), event])
  return grouped
}

/** Asks a CSMS that has just started, before any station is back. */
export async function readShown(
  port: number,
  { identity, rootPem }: { readonly identity: Identity; readonly rootPem: string },
  stations: readonly Pick<ChargingStation, 'id'>[],
): Promise<ReadonlyMap<string, Shown>> {
  const http = httpClient({ identity, trust: { roots: [rootPem] }, activity: unobserved })
  const read = async (path: string): Promise<unknown> => {
    const url = `https://127.0.0.1:${port}/api/v1/stations/${path}`
    const { status, body } = await http.request('GET', url)
    if (status !== 200) throw new Fault('KillUnread', `${url} answers ${status}`)
    return body
  }
  try {
    const shown = new Map<string, Shown>()
    for (const { id } of stations) {
      const station = (await read(id)) as Shown['station']
      shown.set(id, { station, transactions: await readAll(id, read) })
    }
    return shown
  } finally {
    await http.close()
  }
}

async function readAll(
  id: string,
  read: (path: string) => Promise<unknown>,
): Promise<readonly ShownTransaction[]> {
  const all: ShownTransaction[] = []
  let cursor = ''
  for (;;) {
    const { items, next } = (await read(`${id}/transactions?limit=1000${cursor}`)) as {
      readonly items: readonly ShownTransaction[]
      readonly next: string | null
    }
    all.push(...items)
    if (next === null) return all
    cursor = `&cursor=${next}`
  }
}
