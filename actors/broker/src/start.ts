import {
  ensureDir,
  grantEndpoints,
  loadIdentity,
  openAudit,
  openGrantBook,
  openHttpServer,
  openJournal,
  readText,
  watchRevocations,
  type ActorDeps,
  type Running,
} from '@interlock/host'
import { eui64, Fault } from '@interlock/kernel'
import { accessPoint } from './access-point.ts'
import { openCarrier } from './carrying.ts'
import type { BrokerConfig } from './config.ts'
import { openShares } from './kept-shares.ts'
import { permissionsOf } from './permissions.ts'

export type BrokerRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
}

/**
 * The middleware: an access point over mutual TLS in front of whatever carries. It has no key to any
 * message, and nobody needs to believe it.
 * @throws Fault when identity, grants or what is carried cannot be read, or the port is taken
 */
export async function startBroker(config: BrokerConfig, deps: ActorDeps): Promise<BrokerRunning> {
  const identity = loadIdentity(config.identity)
  if (identity.peer.role !== 'broker')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a broker`)
  const { actor, data, listen } = config
  const { activity, clock, log, wall } = deps
  const rootPem = readText(config.trust.charging)
  const administrators = config.administrators.map(eui64)
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  const book = openGrantBook(openJournal(`${data}/grants.journal`), log)
  const carrier = await openCarrier(config, deps)
  const revocations = watchRevocations({ path: config.trust.revocations, rootPem, wall, log })
  const trust = { roots: [rootPem], revoked: revocations.revoked }
  const server = await openHttpServer({ name: actor, listen, identity, trust, activity, log })
  server.route({
    method: 'GET',
    url: '/healthz',
    roles: ['supervisor', 'web'],
    handle: () => ({ status: 200, body: { status: 'ok', actor } }),
  })
  const permissions = permissionsOf(book, eui64(config.keyServer))
  const { pace, shareMax } = config
  const shares = openShares(openJournal(`${data}/shares.journal`), shareMax, deps)
  const door = accessPoint({ carrier, permissions, administrators, pace, shares, deps })
  for (const each of [...door.endpoints, ...grantEndpoints(book, administrators, audit)])
    server.route(each)
  server.lines(door.messages)

  const close = async (): Promise<void> => {
    await server.close()
    await carrier.close()
    shares.close()
    await revocations.close()
    book.close()
    audit.close()
  }
  const port = await server.listen().catch(async (error: unknown) => {
    await close()
    throw error
  })
  return { port, doors: server.doors, close }
}
