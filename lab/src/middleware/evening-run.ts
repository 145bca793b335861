import type { Carrier } from '@interlock/bus'
import type { EpochGrant, SealedMessage, Topic } from '@interlock/contract'
import { systemClock, systemEntropy, type Identity } from '@interlock/host'
import { fromBase64Url, toBase64Url, utf8 } from '@interlock/kernel'
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
  /** Kinds of what was looked for. */
  readonly kinds: readonly string[]
  readonly memory: { readonly found: readonly string[]; readonly bytes: number }
  readonly disk: { readonly found: readonly string[]; readonly bytes: number }
  readonly traffic: { readonly found: readonly string[]; readonly bytes: number }
}

/**
 * An evening's sealed data of a street through access point and key server, and a search of the
 * middleware's memory, disk and traffic for what was said, and for the keys it was said under.
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
    await grant(csms, 'publish', { kind: 'load' })
    for (const kind of ['session', ...consumptions] as const)
      for (const { peer } of homes) await grant(csms, 'publish', { kind, id: peer.eui })
    await grant(dso, 'publish', { kind: 'capacity' })
    await grant(csms, 'read', { kind: 'capacity' })
    await grant(dso, 'read', { kind: 'load' })
    for (const kind of consumptions) await grant(supplier, 'read', { kind })
    for (const kind of ['reading', 'session'] as const) await grant(emsp, 'read', { kind })
    for (const kind of ['reading', 'masked'] as const)
      for (const home of homes) await grant(home, 'publish', { kind })
    await grant(dso, 'read', { kind: 'masked' })

    /** What each says goes there without a seal, in the control. */
    const bare = new Map<Party, Carrier>()
    const come = async (identity: Identity): Promise<Party> => {
      const party = await enter(identity)
      bare.set(party, middleware.carrierOf(identity))
      return party
    }
    const parties = {
      csms: await come(csms),
      dso: await come(dso),
      supplier: await come(supplier),
      emsp: await come(emsp),
      homes: [] as Party[],
    }
    for (const home of homes) parties.homes.push(await come(home))
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
      [parties.dso, 'masked'],
      [parties.csms, 'capacity'],
      ...consumptions.map((kind) => [parties.supplier, kind] as const),
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
    /** Each key that the key server gave to the members of a group, as members have it. */
    const grants: { readonly topic: Topic; readonly grant: EpochGrant }[] = []
    parties.csms.exchange.read({
      selection: { kind: 'epoch' },
      begins: 'first',
      ignores: ['SealNotForUs', 'SealExpired', 'SealGap'],
      progress: openProgress(),
      handle: ({ topic: of, payload }) =>
        Promise.resolve(void grants.push({ topic: of, grant: payload as EpochGrant })),
    })
    const joins: [Party, Topic][] = [
      [parties.csms, topic('load', 'all')],
      [parties.dso, topic('load', 'all')],
      [parties.dso, topic('capacity', csms.peer.organisation)],
      [parties.csms, topic('capacity', csms.peer.organisation)],
    ]
    for (const { peer } of homes) {
      const owner = await middleware.owner(peer.eui)
      for (const purpose of ['halfHourly', 'daily', 'monthly'] as const)
        await owner.say(supplier.peer.organisation, purpose, true)
      joins.push(
        [parties.csms, topic('consumption', peer.eui)],
        ...consumptions.map((kind): [Party, Topic] => [parties.supplier, topic(kind, peer.eui)]),
        [parties.emsp, topic('reading', `${peer.eui}.${emsp.peer.organisation}`)],
        [parties.emsp, topic('session', peer.eui)],
        [parties.dso, topic('masked', peer.eui)],
      )
    }
    for (const [{ exchange }, each] of joins) {
      const joined = await exchange.join(each)
      if (!joined.ok) throw new Error(`${each.kind} ${each.id}: ${joined.reason}`)
    }

    const sayOpenly = async (
      carrier: Carrier | undefined,
      of: Topic,
      payload: object,
    ): Promise<void> => {
      const body = toBase64Url(utf8(JSON.stringify(payload)))
      const message: SealedMessage = { head: toBase64Url(utf8('{}')), body }
      await carrier?.publish(of, message, `${needles.length}`)
    }
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
      await sayOpenly(bare.get(from), of, payload)
      published++
    }
    let mark = 0
    /** A number that occurs nowhere by chance. */
    const number = (): number => Number(`7${String(++mark).padStart(5, '0')}31415.9265`)
    /** A masked number, which tells nothing by itself and occurs nowhere by chance. */
    const word = (): string => Buffer.from(systemEntropy.bytes(8)).toString('hex')
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
        for (const kind of ['dailyConsumption', 'monthlyConsumption'] as const) {
          const total = number()
          const of = topic(kind, peer.eui)
          await say(parties.csms, of, { from: at, until: at + 1, wattHours: total }, `${total}`)
        }
        const session = { transaction, evse: 1, state: 'going', at, wattHours }
        await say(parties.csms, topic('session', peer.eui), session, transaction)
        await say(
          home,
          topic('reading', `${peer.eui}.${emsp.peer.organisation}`),
          { transaction: `T${mark}`, record },
          transaction,
        )
        const [watts, inHours] = [word(), word()]
        const masked = { step: 'reading', round: quarter, values: { watts, wattHours: inHours } }
        await say(home, topic('masked', peer.eui), masked, watts)
      }
    }
    const until = Date.now() + 60_000
    while (grants.length === 0 && Date.now() < until) await pause(50)
    const keys = middleware.carrierOf(
      authority.certify('keyserver', 'bare-keys', middleware.keyServer),
    )
    for (const { topic: of, grant: each } of grants) {
      const name = `epoch ${needles.length}`
      const asBytes = needleOf(name, fromBase64Url(each.key) ?? new Uint8Array())
      needles.push({ name, forms: [...needleOf(name, each.key).forms, ...asBytes.forms] })
      if (!isSealed) await sayOpenly(keys, of, each)
    }
    while (isSealed && read < published && Date.now() < until) await pause(50)
    return {
      isSealed,
      published,
      read,
      looked: needles.length,
      kinds: [...new Set(needles.map(({ name }) => kindOf(name)))],
      memory: search(memoryOf(middleware.brokerPid), needles),
      disk: search(filesOf(`${dir}/broker`), needles),
      traffic: search(middleware.captured, needles),
    }
  } finally {
    await middleware.close()
  }
}

/** Of the kind and the number of a needle. */
const kindOf = (name: string): string => name.split(' ')[0] ?? name
const consumptions = ['consumption', 'dailyConsumption', 'monthlyConsumption'] as const
const kindsSaid = ['load', 'capacity', ...consumptions, 'session', 'reading', 'masked', 'epoch']

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
  ...kindsSaid.flatMap((kind) => [
    ...(sealed.kinds.includes(kind) ? [] : [`nothing of ${kind} was looked for`]),
    ...(control.disk.found.some((name) => kindOf(name) === kind)
      ? []
      : [`the control of ${kind} is not found on the disk`]),
  ]),
  ...(sealed.read < sealed.published ? [`${sealed.published - sealed.read} were not read`] : []),
]
