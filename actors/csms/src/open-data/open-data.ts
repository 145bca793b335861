import { openHttpServer, openJournal, type Closers } from '@interlock/host'
import { inMinutes, type Eui64, type Instant, type Timer } from '@interlock/kernel'
import type { ExportPeriod } from '@interlock/privacy'
import { readUsage } from '../data/usage.ts'
import type { Api } from '../rest/api.ts'
import { openDataBook } from './book.ts'
import { ownerKeysOf } from '../rest/owner-key-endpoints.ts'
import { decideDue, hearOwners, type Deciding } from './decide-due.ts'
import { openDataEndpoints, openDataLimits } from './doors.ts'
import { rulesOf, type OpenDataConfig } from './open-data-config.ts'

/**
 * Publishes what the stations of this CSMS use, of those whose owners agree, to everybody: a server of its own that
 * asks for no certificates.
 * @returns its port
 */
export async function openOpenData(
  api: Pick<Api, 'context' | 'commands'>,
  config: OpenDataConfig,
  closers: Closers,
): Promise<number> {
  const { context } = api
  const { deps, identity, transactions, views } = context
  const { data, actor, region: place } = context.config
  const rules = rulesOf(config)
  const book = openDataBook(openJournal(`${data}/open-data.journal`), rules)
  closers.push(() => book.close())
  const server = await openHttpServer({
    name: `${actor}/open-data`,
    listen: config.listen,
    identity,
    trust: { roots: [] },
    clientCertificates: false,
    connectionsMax: openDataLimits.connectionsMax,
    activity: deps.activity,
    log: deps.log,
  })
  closers.push(() => server.close())
  for (const endpoint of openDataEndpoints({ api, book, rules })) server.unproven(endpoint)

  let closing = false
  const viewOf = (station: Eui64) =>
    [...views.values()].find(({ record }) => record.eui === station)
  const due: Deciding = {
    book,
    rules,
    place,
    async usageOf(station: Eui64, period: ExportPeriod) {
      const view = viewOf(station)
      return view && (await readUsage(transactions, view.record.stationId, period))
    },
    async keysOf(station) {
      if (closing) return undefined
      const view = viewOf(station)
      const keys = view && (await ownerKeysOf(api, view))
      return keys?.ok === true ? keys.value : undefined
    },
  }
  let timer: Timer | undefined
  let deciding: Promise<void> = Promise.resolve()
  const decideIn = (minutes: number): void => {
    if (!closing) timer = deps.clock.after(inMinutes(minutes), 'open-data', decide)
  }
  const decide = (): Promise<void> => {
    deciding = decideAll(due, deps.clock.now())
      .catch((error: unknown) => deps.log.warn({ error }, 'open data were not told'))
      .finally(() => decideIn(minutesBetween.looks))
    return deciding
  }
  closers.push(async () => {
    closing = true
    timer?.cancel()
    await deciding
  })
  if (book.decidedUntil() === undefined) await decideDue(due, deps.clock.now())
  decideIn(minutesBetween.startAndLook)
  return await server.listen()
}

/** After a start, chargers come back first: who cannot be asked about its owner is left out for good. */
const minutesBetween = { startAndLook: 10, looks: 60 } as const

async function decideAll(due: Deciding, now: Instant): Promise<void> {
  await hearOwners(due, now)
  await decideDue(due, now)
}
