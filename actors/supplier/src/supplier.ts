import type { Happening } from '@interlock/contract'
import {
  checkConfig,
  ensureDir,
  httpClient,
  loadIdentity,
  openAudit,
  openHttpServer,
  openJournal,
  problem,
  readText,
  type ActorDeps,
  type Running,
} from '@interlock/host'
import {
  eui64,
  Fault,
  inSeconds,
  instant,
  parseJson,
  type Eui64,
  type Timer,
} from '@interlock/kernel'
import type { HalfHourPrice } from '@interlock/power'
import type { SupplierConfig } from './config.ts'
import { openNumbers } from './numbers.ts'
import { publishTariff } from './publish.ts'
import { pricesOf, tariffOf, TariffOrder } from './tariff.ts'

export type Published = {
  readonly version: number
  readonly meters: readonly { readonly meter: Eui64; readonly problem?: string }[]
}

export type SupplierRunning = Running & {
  readonly port: number
  /** Sends a tariff to every meter. @throws Fault `TariffInvalid` */
  publish(prices: readonly HalfHourPrice[]): Promise<Published>
}

/** Meters asked at the same time. */
const atOnce = 8
const retrySeconds = 60
const retriesMax = 10

/**
 * An energy supplier: publishes half-hourly tariffs, signed, to the meters it serves. Meters that
 * cannot be reached are tried again.
 */
export async function startSupplier(
  config: SupplierConfig,
  deps: ActorDeps,
): Promise<SupplierRunning> {
  const identity = loadIdentity(config.identity)
  const { peer } = identity
  if (peer.role !== 'supplier')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a supplier`)
  const trust = { roots: [readText(config.trust.smartMeter)] }
  const { activity, clock, crypto, log } = deps
  ensureDir(config.data)
  const audit = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock,
    identity,
  })
  const numbers = openNumbers(openJournal(`${config.data}/supplier.journal`))
  const http = httpClient({ identity, trust, activity, expectRole: 'dcc' })
  const server = await openHttpServer({
    name: config.actor,
    listen: config.listen,
    identity,
    trust,
    activity,
    log,
  })
  const listeners = new Set<(event: object) => void>()
  const parts = {
    http,
    dcc: config.dcc,
    organisation: peer.organisation,
    key: identity.key,
    signer: { key: identity.key, issuer: 'CN=Smart meter issuing', serialHex: peer.serialHex },
    crypto,
  }
  let retry: Timer | undefined

  const publishOne = async (prices: readonly HalfHourPrice[], version: number, meter: Eui64) => {
    const tariff = tariffOf(prices, version)
    if (!tariff.ok) throw invalid(tariff.reason, tariff.detail)
    const counter = numbers.nextCounter(meter, clock.now())
    audit.critical('TariffSent', { meter, version, counter: counter.toString() })
    try {
      const outcome = await publishTariff(tariff.value, meter, counter, parts)
      return outcome.ok ? { meter } : { meter, problem: outcome.reason }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return { meter, problem: error.code }
    }
  }

  const send = async (
    prices: readonly HalfHourPrice[],
    meters: readonly Eui64[],
    attempt: number,
  ): Promise<Published> => {
    const version = numbers.nextVersion()
    const waiting = [...meters]
    const results: { meter: Eui64; problem?: string }[] = []
    const worker = async (): Promise<void> => {
      for (let meter = waiting.shift(); meter !== undefined; meter = waiting.shift())
        results.push(await publishOne(prices, version, meter))
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    audit.record('TariffPublished', { version, results })
    const failed = results.filter((each) => each.problem !== undefined)
    const happening: Happening = {
      at: clock.now(),
      actor: config.actor,
      kind: 'state',
      data: { version, meters: results.length, failed: failed.length },
    }
    for (const listener of listeners) listener(happening)
    if (failed.length > 0) {
      log.warn({ version, failed }, 'meters not reached; trying again')
      const again = failed.map((each) => each.meter)
      if (attempt < retriesMax)
        retry = clock.after(inSeconds(retrySeconds), `${config.actor}/publish`, async () => {
          await send(prices, again, attempt + 1)
        })
    }
    return { version, meters: results }
  }

  const publish = async (prices: readonly HalfHourPrice[]): Promise<Published> => {
    const tariff = tariffOf(prices, 0)
    if (!tariff.ok) throw invalid(tariff.reason, tariff.detail)
    retry?.cancel()
    return await send(prices, config.meters.map(eui64), 1)
  }

  server.route({
    method: 'GET',
    url: '/healthz',
    roles: ['supplier', 'dcc', 'csms', 'dsrsp', 'supervisor', 'web'],
    handle: () => ({ status: 200, body: { status: 'ok', actor: config.actor } }),
  })
  server.route({
    method: 'POST',
    url: '/api/v1/tariffs',
    roles: ['web', 'supplier'],
    body: TariffOrder,
    async handle({ body }) {
      const prices = pricesOf(body as TariffOrder)
      if (!prices.ok) return problem('BodyInvalid', prices.detail ?? prices.reason)
      const tariff = tariffOf(prices.value, 0)
      if (!tariff.ok) return problem('BodyInvalid', tariff.reason)
      return { status: 200, body: await publish(prices.value) }
    },
  })
  server.events('/api/v1/events', ['web'], (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  })
  const port = await server.listen()
  if (config.tariff !== undefined) await publish(readTariff(config.tariff))

  return {
    port,
    publish,
    async close() {
      retry?.cancel()
      await server.close()
      await http.close()
      numbers.close()
      audit.close()
    },
  }
}

/** @throws Fault `TariffInvalid`, naming the file. */
function readTariff(path: string): HalfHourPrice[] {
  const parsed = parseJson(readText(path), 4)
  if (!parsed.ok) throw invalid(parsed.reason, path)
  const prices = pricesOf(checkConfig(path, parsed.value, TariffOrder))
  if (!prices.ok) throw invalid(prices.reason, `${path} ${prices.detail ?? ''}`)
  return prices.value.map((each) => ({ ...each, from: instant(each.from) }))
}

const invalid = (reason: string, detail = ''): Fault =>
  new Fault('TariffInvalid', `the tariff cannot be published: ${reason} ${detail}`.trim(), {
    remedy: 'give successive half-hours with prices in pence per kilowatt-hour',
  })
