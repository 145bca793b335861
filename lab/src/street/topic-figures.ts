import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { ListedTopics, type Topic } from '@interlock/contract'
import { httpClient, loadIdentity, readText, type HttpClient } from '@interlock/host'
import { Fault, type Activity } from '@interlock/kernel'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { feeder, type Server } from './address-book.ts'
import { auditFiles } from './audit-trail.ts'
import { https } from './configs.ts'
import { isSummed } from './feeder-sums.ts'
import { rounded } from './measure.ts'
import { readingsToldToProvider } from './roaming.ts'
import type { Street } from './start-street.ts'
import { supplierBills, type SupplierBills } from './supplier-bills.ts'

/** What went by topic, sealed, past a middleware that can read none of it. */
export type TopicFigures = {
  /** Messages of homes, sessions, allotments and half-hours that the middleware has. */
  readonly published: number
  /**
   * Readings of homes, each of which is for one: half-hours that the operator of the network has opened and of charges by
   * card the driver's provider, of all that were published.
   */
  readonly readings: { readonly published: number; readonly opened: number }
  /** What that operator allots to the CSMS; and when it said so last, as the CSMS has it. */
  readonly allotments: { readonly published: number; readonly heardAt: string | null }
  /** Half-hours of homes as the CSMS has said them, and what the DSR provider holds of them. */
  readonly consumption: {
    readonly published: number
    readonly homes: number
    readonly halfHours: number
    readonly kilowattHours: number
  }
  /** What the supplier bills of it, with its own prices; `missing` half-hours it has not heard of. */
  readonly billed: SupplierBills
  /** Of all chargers together, as the operator of the network has them: how often, and the half-hours' energy. */
  readonly sums: {
    readonly powers: number
    readonly stations: number
    readonly halfHours: number
    readonly kilowattHours: number
  }
  /** What a reader found wrong with what it was brought. */
  readonly refused: number
}

const kinds = [
  'reading',
  'halfHour',
  'session',
  'capacity',
  'consumption',
] as const satisfies readonly Topic['kind'][]

const FeederShown = Type.Object({
  homes: Type.Array(Type.Object({ records: Type.Integer() }), { maxItems: 10_000 }),
})
const CapacityShown = Type.Object({
  byTopic: Type.Object({ saidAt: Type.Union([Type.String(), Type.Null()]) }),
})
const PortfolioShown = Type.Array(
  Type.Object({
    consumption: Type.Object({
      halfHours: Type.Array(Type.Object({ wattHours: Type.Number() }), { maxItems: 10_000 }),
    }),
  }),
  { maxItems: 10_000 },
)
const SumsShown = Type.Object({
  powers: Type.Array(Type.Object({ stations: Type.Integer() }), { maxItems: 10_000 }),
  energies: Type.Array(Type.Object({ wattHours: Type.Number() }), { maxItems: 10_000 }),
})

/** Whoever reads is told of a message after its author: so long it may take on a busy machine. */
const readWithinMillis = 60_000

/** What the parties themselves say. @throws Fault when one does not answer, or not as it should */
export async function topicFigures(street: Street, activity: Activity): Promise<TopicFigures> {
  const { plan } = street
  const clients = new Map<Server, HttpClient>()
  const clientOf = (as: Server): HttpClient => {
    const identity = loadIdentity(plan.layout.server(as).charging)
    const trust = { roots: [readText(plan.layout.trust.charging)] }
    const client = clients.get(as) ?? httpClient({ identity, trust, activity })
    clients.set(as, client)
    return client
  }
  const ask: Ask = async (as, of, path, shape) => {
    const { body } = await clientOf(as).request('GET', `${https(plan, of)}/api/v1/${path}`)
    if (!Value.Check(shape, body)) throw new Fault('AnswerInvalid', `${of}: ${path}`)
    return body
  }
  try {
    const readings = await readingsAtEnd(street, ask, () => readingsToldToProvider(plan, activity))
    const counted = await Promise.all(kinds.map((kind) => published(ask, kind)))
    const countOf = (kind: (typeof kinds)[number]): number => counted[kinds.indexOf(kind)] ?? 0
    return {
      published: counted.reduce((sum, each) => sum + each, 0),
      readings,
      allotments: {
        published: countOf('capacity'),
        heardAt: await allottedAt(street, ask),
      },
      consumption: { published: countOf('consumption'), ...(await consumed(ask)) },
      billed: await supplierBills(plan, activity),
      sums: await summed(street, ask),
      refused: auditFiles(street).reduce((sum, path) => sum + findingsIn(path), 0),
    }
  } finally {
    await Promise.all([...clients.values()].map((client) => client.close()))
  }
}

/** `as` asks `of` what is at `path`. */
type Ask = <Shape extends Type.TSchema>(
  as: Server,
  of: Server,
  path: string,
  shape: Shape,
) => Promise<Type.Static<Shape>>

async function published(ask: Ask, kind: Topic['kind']): Promise<number> {
  const { topics } = await ask('supervisor', 'broker', `topics?kind=${kind}`, ListedTopics)
  return topics.reduce((sum, { messages }) => sum + messages, 0)
}

/** Looks until those whom it is for have come to the end of what is said. */
async function readingsAtEnd(
  { dso }: Street,
  ask: Ask,
  byProvider: () => Promise<number>,
): Promise<TopicFigures['readings']> {
  const look = async (): Promise<TopicFigures['readings']> => {
    const count = (await published(ask, 'reading')) + (await published(ask, 'halfHour'))
    if (dso === undefined) return { published: count, opened: 0 }
    const { homes } = await ask('dso', 'dso', `feeders/${feeder}`, FeederShown)
    const halfHours = homes.reduce((sum, { records }) => sum + records, 0)
    return { published: count, opened: halfHours + (await byProvider()) }
  }
  const until = performance.now() + readWithinMillis
  let readings = await look()
  while (dso !== undefined && readings.opened < readings.published && performance.now() < until) {
    await pause(100)
    readings = await look()
  }
  return readings
}

async function allottedAt({ dso }: Street, ask: Ask): Promise<string | null> {
  if (dso === undefined) return null
  return (await ask('web', 'csms', `capacity/${feeder}`, CapacityShown)).byTopic.saidAt
}

async function consumed(ask: Ask): Promise<Omit<TopicFigures['consumption'], 'published'>> {
  const members = await ask('web', 'dsrsp', 'portfolio', PortfolioShown)
  const known = members.map(({ consumption }) => consumption.halfHours)
  return {
    homes: known.filter((halfHours) => halfHours.length > 0).length,
    halfHours: known.flat().length,
    kilowattHours: kilowattHoursIn(known.flat()),
  }
}

async function summed({ dso, homes }: Street, ask: Ask): Promise<TopicFigures['sums']> {
  if (dso === undefined || !isSummed(homes.length))
    return { powers: 0, stations: 0, halfHours: 0, kilowattHours: 0 }
  const { powers, energies } = await ask('dso', 'dso', `feeders/${feeder}/sums`, SumsShown)
  return {
    powers: powers.length,
    stations: powers.length === 0 ? 0 : Math.min(...powers.map(({ stations }) => stations)),
    halfHours: energies.length,
    kilowattHours: kilowattHoursIn(energies),
  }
}

const kilowattHoursIn = (some: readonly { readonly wattHours: number }[]): number =>
  rounded(some.reduce((sum, { wattHours }) => sum + wattHours, 0) / 1_000)

/** That an author was silent, or is still to be heard, is of real time, and so of how busy this machine is. */
const ofRealTime = ['"SealSilent"', '"SealWithheld"'] as const

const findingsIn = (path: string): number =>
  existsSync(path)
    ? readText(path)
        .split('\n')
        .filter((line) => line.includes('"MiddlewareFinding"'))
        .filter((line) => !ofRealTime.some((reason) => line.includes(reason))).length
    : 0
