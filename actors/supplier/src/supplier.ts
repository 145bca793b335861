import type { Happening } from '@interlock/contract'
import {
  checkConfig,
  ensureDir,
  httpClient,
  httpWitness,
  keepWitnessed,
  loadIdentity,
  openAudit,
  openHttpServer,
  openJournal,
  problem,
  readText,
  type ActorDeps,
  type Endpoint,
  type Running,
} from '@interlock/host'
import { eui64, Fault, parseJson, type Eui64 } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import type { HalfHourPrice } from '@interlock/power'
import type { SupplierConfig } from './config.ts'
import { openNumbers } from './numbers.ts'
import { createRounds, tariffInvalid, type Published, type Rounds } from './rounds.ts'
import { pricesOf, tariffOf, TariffOrder } from './tariff.ts'

export type SupplierRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
  /** Sends a tariff to every meter. @throws Fault `TariffInvalid` */
  publish(prices: readonly HalfHourPrice[]): Promise<Published>
}

/**
 * An energy supplier: publishes half-hourly tariffs, signed, to the meters it serves.
 * @throws Fault when identity or journal cannot be read, the tariff is invalid or the port is taken.
 */
export async function startSupplier(
  config: SupplierConfig,
  deps: ActorDeps,
): Promise<SupplierRunning> {
  const identity = loadIdentity(config.identity)
  const { key, peer } = identity
  if (peer.role !== 'supplier')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a supplier`)
  const trust = { roots: [readText(config.trust.smartMeter)] }
  const { activity, clock, crypto, log } = deps
  const { actor, data, dcc, listen } = config
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  const numbers = openNumbers(openJournal(`${data}/supplier.journal`))
  const http = httpClient({ identity, trust, activity, expectRole: 'dcc' })
  const witness = keepWitnessed({
    audit,
    data,
    actor,
    ask: httpWitness(http, dcc),
    deps,
    roots: trust.roots.flatMap((pem) => fromPem(pem, 'CERTIFICATE')),
  })
  const signer = { key, issuer: 'CN=Interlock Smart Meter Issuing', serialHex: peer.serialHex }
  const listeners = new Set<(event: object) => void>()
  const rounds = createRounds({
    actor,
    meters: config.meters.map(eui64),
    publication: { http, dcc, organisation: peer.organisation, key, signer, crypto },
    numbers,
    audit,
    tell: (happening: Happening) => listeners.forEach((listener) => listener(happening)),
    deps,
  })
  const server = await openHttpServer({ name: actor, listen, identity, trust, activity, log })
  for (const each of endpoints({ actor, own: peer.organisation, rounds, audit })) server.route(each)
  server.events('/api/v1/events', ['web'], (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  })
  const port = await server.listen()
  if (config.tariff !== undefined) await rounds.publish(readTariff(config.tariff))

  return {
    port,
    doors: server.doors,
    publish: (prices) => rounds.publish(prices),
    async close() {
      rounds.close()
      await witness.close()
      await server.close()
      await http.close()
      numbers.close()
      audit.close()
    },
  }
}

const endpoints = ({
  actor,
  own,
  rounds,
  audit,
}: {
  readonly actor: string
  readonly own: Eui64
  readonly rounds: Rounds
  readonly audit: Audit
}): readonly Endpoint[] => [
  {
    method: 'GET',
    url: '/healthz',
    roles: ['supplier', 'dcc', 'csms', 'dsrsp', 'supervisor', 'web'],
    handle: () => ({ status: 200, body: { status: 'ok', actor } }),
  },
  {
    method: 'POST',
    url: '/api/v1/tariffs',
    roles: ['supplier'],
    body: TariffOrder,
    async handle({ body, peer }) {
      // What is published is signed by this supplier, and nobody else sets its prices.
      if (peer.organisation !== own) {
        audit.critical('TariffRefused', { reason: 'NotPermitted', by: peer.organisation })
        return problem('NotPermitted', 'that is for this supplier alone')
      }
      const prices = pricesOf(body as TariffOrder)
      if (!prices.ok) return problem('BodyInvalid', prices.detail ?? prices.reason)
      const tariff = tariffOf(prices.value, 0)
      if (!tariff.ok) return problem('BodyInvalid', tariff.reason)
      return { status: 200, body: await rounds.publish(prices.value) }
    },
  },
]

/** @throws Fault `TariffInvalid` or `ConfigInvalid`, naming the file. */
function readTariff(path: string): HalfHourPrice[] {
  const parsed = parseJson(readText(path), 4)
  if (!parsed.ok) throw tariffInvalid(parsed.reason, path)
  const prices = pricesOf(checkConfig(path, parsed.value, TariffOrder))
  if (!prices.ok) throw tariffInvalid(prices.reason, `${path} ${prices.detail ?? ''}`)
  return prices.value
}
