import { nodeCrypto, systemEntropy, writeAtomic } from '@interlock/host'
import { toBase64Url } from '@interlock/kernel'
import { hashPassword, startWeb, type AttackHook, type WebRunning } from '@interlock/web'
import { webConfig } from './configs.ts'
import type { Street } from './start-street.ts'

/** Built-in identities of the demo; each gets a password of its own at every start. */
const accounts = [
  { name: 'resident', roles: ['driver'] },
  { name: 'operator', roles: ['operator'] },
  { name: 'regulator', roles: ['regulator'] },
  { name: 'lab', roles: ['driver', 'operator', 'regulator', 'lab'] },
] as const
export type AccountName = (typeof accounts)[number]['name']

export type Pages = {
  readonly web: WebRunning
  readonly passwords: Readonly<Record<AccountName, string>>
}

/** Fewer rounds than a kept password needs: these live as long as the process. */
const rounds = 10_000

/** Starts the web actor: console and arm page, each on its own origin. */
export async function openPages(
  street: Street,
  ports: { readonly console: number; readonly arm: number },
  attack?: AttackHook,
): Promise<Pages> {
  const made = await Promise.all(
    accounts.map(async ({ name, roles }) => {
      const password = toBase64Url(systemEntropy.bytes(9))
      const record = await hashPassword(password, rounds)
      return { name, password, account: { name, password: record, roles: [...roles] } }
    }),
  )
  const config = webConfig(
    street.plan,
    {
      kind: 'builtIn',
      accounts: made.map(({ account }) => ({ ...account, stations: 'all' as const })),
    },
    ports,
  )
  const folder = street.plan.layout.server('web')
  writeAtomic(folder.config, `${JSON.stringify(config, null, 2)}\n`, 0o600)
  const deps = { ...street.depsOf('web'), crypto: nodeCrypto }
  const web = street.adopt(
    await startWeb(config, attack === undefined ? deps : { ...deps, attack }),
  )
  const passwords = Object.fromEntries(made.map(({ name, password }) => [name, password]))
  return { web, passwords: passwords as Pages['passwords'] }
}
