import type { SealedMessage, Topic } from '@interlock/contract'
import { systemClock } from '@interlock/host'
import { toBase64Url, utf8 } from '@interlock/kernel'
import { openProgress } from '@interlock/topics'
import { setTimeout as pause } from 'node:timers/promises'
import { openMiddleware, type Party } from './middleware.ts'
import { filesOf, memoryOf, needleOf, search, type Needle } from './search-bytes.ts'

export type EveningPlan = {
  readonly dir: string
  readonly stations: number
  readonly quarters: number
  /** False for the control: the payloads go as they are. */
  readonly isSealed: boolean
}

export type EveningReport = {
  readonly isSealed: boolean
  readonly published: number
  readonly read: number
  readonly looked: number
  readonly memory: { readonly found: readonly string[]; readonly bytes: number }
  readonly disk: { readonly found: readonly string[]; readonly bytes: number }
  readonly traffic: { readonly found: readonly string[]; readonly bytes: number }
}

/**
 * An evening's sealed data of a street through access point and key server, and a search of the
 * middleware's memory, disk and traffic for what was said.
 */
export async function eveningRun(plan: EveningPlan): Promise<EveningReport> {
  const { dir, stations, quarters, isSealed } = plan
  const middleware = await openMiddleware({ dir, apart: true })
  try {
    const { authority, grant, enter } = middleware
    const [csms, dso] = [authority.certify('csms', 'csms'), authority.certify('dso', 'dso')]
    const [supplier, emsp] = [
      authority.certify('supplier', 'supplier'),
      authority.certify('emsp', 'emsp'),
    ]
    const homes = Array.from({ length: stations }, (_, i) => authority.certify('station', `S-${i}`))
    for (const kind of ['session', 'consumption', 'load'] as const)
      await grant(csms, 'publish', { kind })
    await grant(dso, 'publish', { kind: 'capacity' })
    await grant(csms, 'read', { kind: 'capacity' })
    await grant(dso, 'read', { kind: 'load' })
    await grant(supplier, 'read', { kind: 'consumption' })
    for (const kind of ['reading', 'session'] as const) await grant(emsp, 'read', { kind })
    for (const home of homes) await grant(home, 'publish', { kind: 'reading' })

    const parties = {
      csms: await enter(csms),
      dso: await enter(dso),
      supplier: await enter(supplier),
      emsp: await enter(emsp),
      homes: [] as Party[],
    }
    for (const home of homes) parties.homes.push(await enter(home))
    const topic = (kind: Topic['kind'], id: string): Topic => ({
      region: 'eastern',
      feeder: 'f1',
      kind,
      id,
    })
    const needles: Needle[] = []
    let [published, read] = [0, 0]
    const receiving = [
      [parties.dso, 'load'],
      [parties.csms, 'capacity'],
      [parties.supplier, 'consumption'],
      [parties.emsp, 'reading'],
      [parties.emsp, 'session'],
    ] as const
    for (const [{ exchange }, kind] of receiving)
      exchange.read({
        selection: { kind },
        begins: 'first',
        progress: openProgress(),
        handle: () => Promise.resolve(void read++),
      })
    const joins: [Party, Topic][] = [
      [parties.csms, topic('load', 'all')],
      [parties.dso, topic('load', 'all')],
      [parties.dso, topic('capacity', csms.peer.organisation)],
      [parties.csms, topic('capacity', csms.peer.organisation)],
    ]
    for (const { peer } of homes) {
      const owner = await middleware.owner(peer.eui)
      await owner.say(supplier.peer.organisation, 'halfHourly', true)
      joins.push(
        [parties.csms, topic('consumption', peer.eui)],
        [parties.supplier, topic('consumption', peer.eui)],
        [parties.emsp, topic('reading', peer.eui)],
        [parties.emsp, topic('session', peer.eui)],
      )
    }
    for (const [{ exchange }, each] of joins) {
      const joined = await exchange.join(each)
      if (!joined.ok) throw new Error(`${each.kind} ${each.id}: ${joined.reason}`)
    }

    const bare = { csms: middleware.carrierOf(csms), dso: middleware.carrierOf(dso) }
    const say = async (from: Party, of: Topic, payload: object, mark: string): Promise<void> => {
      needles.push(needleOf(`${of.kind} ${needles.length}`, mark))
      if (isSealed) {
        for (let attempt = 0; attempt < 100; attempt++) {
          if ((await from.exchange.publish(of, payload)).ok) return void published++
          await pause(100)
        }
        throw new Error(`${of.kind} ${of.id} was not taken`)
      }
      // The control: what would lie there without a seal.
      const body = toBase64Url(utf8(JSON.stringify(payload)))
      const message: SealedMessage = { head: toBase64Url(utf8('{}')), body }
      const carrier = of.kind === 'capacity' ? bare.dso : bare.csms
      if (of.kind === 'reading') return
      await carrier.publish(of, message, `${needles.length}`)
      published++
    }
    let mark = 0
    /** A number that occurs nowhere by chance. */
    const number = (): number => Number(`7${String(++mark).padStart(5, '0')}31415.9265`)
    for (let quarter = 0; quarter < quarters; quarter++) {
      const at = systemClock.now()
      const [load, capacity] = [number(), number()]
      await say(
        parties.csms,
        topic('load', 'all'),
        { at, watts: load, chargers: stations },
        `${load}`,
      )
      await say(
        parties.dso,
        topic('capacity', csms.peer.organisation),
        { from: at, watts: [capacity] },
        `${capacity}`,
      )
      for (const [i, { peer }] of homes.entries()) {
        const home = parties.homes[i]
        if (home === undefined) continue
        const [used, wattHours] = [number(), number()]
        const transaction = `transaction-${String(++mark).padStart(8, '0')}-of-the-evening`
        const record = `OCMF|{"PG":"T${mark}","RV":${number()}}|{"SD":"${transaction}"}`
        await say(
          parties.csms,
          topic('consumption', peer.eui),
          { from: at, wattHours: [used] },
          `${used}`,
        )
        const session = { transaction, evse: 1, state: 'going', at, wattHours }
        await say(parties.csms, topic('session', peer.eui), session, transaction)
        await say(
          home,
          topic('reading', peer.eui),
          { transaction: `T${mark}`, record },
          transaction,
        )
      }
    }
    const until = Date.now() + 60_000
    while (isSealed && read < published && Date.now() < until) await pause(50)
    return {
      isSealed,
      published,
      read,
      looked: needles.length,
      memory: search(memoryOf(middleware.brokerPid), needles),
      disk: search(filesOf(`${dir}/broker`), needles),
      traffic: search(middleware.captured, needles),
    }
  } finally {
    await middleware.close()
  }
}

/** What does not hold, as sentences. */
export const eveningFailures = ({
  sealed,
  control,
}: {
  readonly sealed: EveningReport
  readonly control: EveningReport
}): readonly string[] => [
  ...(['memory', 'disk', 'traffic'] as const).flatMap((place) => [
    ...sealed[place].found.map((name) => `${name} lies open in the ${place}`),
    // Else the search could not have found anything.
    ...(control[place].found.length === 0 ? [`the control is not found in the ${place}`] : []),
  ]),
  ...(sealed.read < sealed.published ? [`${sealed.published - sealed.read} were not read`] : []),
]
