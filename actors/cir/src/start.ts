import {
  ensureDir,
  loadIdentity,
  openAudit,
  openHttpServer,
  openJournal,
  readText,
  type ActorDeps,
  type Running,
} from '@interlock/host'
import { Fault, inHours } from '@interlock/kernel'
import { demandDistinct, type CirConfig } from './config.ts'
import { openRegister } from './core/register.ts'
import { registerEndpoints } from './endpoints.ts'

export type CirRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
}

/**
 * The central interoperability register: which tokens there are and with which keys, and what it sees of
 * their use. It issues none and bills nothing.
 * @throws Fault when identity, certificates or journal cannot be read, or the port is taken.
 */
export async function startCir(config: CirConfig, deps: ActorDeps): Promise<CirRunning> {
  demandDistinct(config)
  const identity = loadIdentity(config.identity)
  if (identity.peer.role !== 'cir')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a register`)
  const trust = { roots: [readText(config.trust.charging)] }
  const { actor, data, listen } = config
  const { activity, clock, crypto, log } = deps
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  const register = openRegister({
    journal: openJournal(`${data}/register.journal`),
    key: identity.key,
    statementMillis: inHours(config.statementHours),
    crypto,
    onFinding: (finding) => void audit.record('Finding', finding),
  })
  const server = await openHttpServer({ name: actor, listen, identity, trust, activity, log })
  server.route({
    method: 'GET',
    url: '/healthz',
    roles: ['csms', 'emsp', 'supervisor', 'web'],
    handle: () => ({ status: 200, body: { status: 'ok', actor } }),
  })
  const now = () => clock.now()
  for (const each of registerEndpoints({ register, config, audit, now })) server.route(each)
  const close = async (): Promise<void> => {
    await server.close()
    register.close()
    audit.close()
  }
  const port = await server.listen().catch(async (error: unknown) => {
    await close()
    throw error
  })
  return { port, doors: server.doors, close }
}
