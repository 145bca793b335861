import {
  ensureDir,
  loadIdentity,
  openAudit,
  openHttpServer,
  openJournal,
  readText,
  startWhole,
  type ActorDeps,
  type Closers,
  type Running,
} from '@interlock/host'
import { openDatabase } from '@interlock/store'
import { loadAuthority } from './authority-folder.ts'
import { ceremonyJournal, type CeremonyEntry } from './ceremony.ts'
import type { AuthorityConfig } from './config.ts'
import { endpoints, type Authority } from './endpoints.ts'
import { register as openRegister, type Register } from './register.ts'
import { revocationLists } from './revocation-lists.ts'
import { migrations, type AuthorityTables } from './tables.ts'

export type AuthorityRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
}

/**
 * The issuing authority of the charging root: signs what the table of profiles allows on the order of
 * a supervisor, and nothing else.
 * @throws Fault when config, keys, database or port are not as they must be; nothing is left open
 */
export function startAuthority(
  config: AuthorityConfig,
  deps: ActorDeps,
): Promise<AuthorityRunning> {
  return startWhole((closers) => open(config, deps, closers))
}

async function open(
  config: AuthorityConfig,
  deps: ActorDeps,
  closers: Closers,
): Promise<Omit<AuthorityRunning, 'close'>> {
  ensureDir(config.data)
  const identity = loadIdentity(config.identity)
  const ca = loadAuthority(config.issuing, 'chargingIssuing', deps.crypto)
  const root = readText(config.trust.charging)
  const audit = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock: deps.clock,
    identity,
    checkpointEvery: 1_000,
  })
  closers.push(() => audit.close())
  const database = await openDatabase<AuthorityTables>(config.database, migrations)
  closers.push(() => database.close())
  const register = openRegister(database.db, deps.crypto)
  await takeCeremony(config.issuing, register)
  const revoked = new Set((await register.revoked()).map((each) => each.serialHex))
  const server = await openHttpServer({
    name: config.actor,
    listen: config.listen,
    identity,
    trust: { roots: [root], revoked: (serialHex) => revoked.has(serialHex) },
    activity: deps.activity,
    log: deps.log,
  })
  closers.push(() => server.close())
  const authority: Authority = {
    ca,
    register,
    lists: revocationLists(ca, register, deps),
    audit,
    deps,
    noteRevoked: (serialHex) => {
      revoked.add(serialHex)
    },
  }
  for (const endpoint of endpoints(authority)) server.route(endpoint)
  return { port: await server.listen(), doors: server.doors }
}

/** What was signed offline can be revoked too. */
async function takeCeremony(issuingDir: string, register: Register): Promise<void> {
  const journal = openJournal(ceremonyJournal(issuingDir))
  try {
    for (const entry of journal.entries() as readonly CeremonyEntry[])
      if (entry.kind === 'issued')
        await register.add({ profile: entry.profile, pem: entry.certificatePem, at: entry.at })
  } finally {
    journal.close()
  }
}
