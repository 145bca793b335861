import { openHttpServer, openJournal, type Closers } from '@interlock/host'
import { inMinutes, type Eui64, type Timer } from '@interlock/kernel'
import type { ExportPeriod } from '@interlock/privacy'
import { readUsage } from '../data/usage.ts'
import type { Api } from '../rest/api.ts'
import { openDataBook } from './book.ts'
import { decideDue } from './decide-due.ts'
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

  const usageOf = async (station: Eui64, period: ExportPeriod) => {
    const view = [...views.values()].find(({ record }) => record.eui === station)
    return view && (await readUsage(transactions, view.record.stationId, period))
  }
  let timer: Timer | undefined
  let closing = false
  let deciding: Promise<void> = Promise.resolve()
  const decide = (): Promise<void> => {
    deciding = decideDue({ book, rules, place, usageOf }, deps.clock.now())
      .catch((error: unknown) => deps.log.warn({ error }, 'open data were not told'))
      .finally(() => {
        if (!closing) timer = deps.clock.after(inMinutes(60), 'open-data', decide)
      })
    return deciding
  }
  closers.push(async () => {
    closing = true
    timer?.cancel()
    await deciding
  })
  await decide()
  return await server.listen()
}
