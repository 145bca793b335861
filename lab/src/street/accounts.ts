import { systemEntropy } from '@interlock/host'
import { toBase64Url } from '@interlock/kernel'
import { hashPassword, type Account } from '@interlock/web'

/** Built-in identities of the demo. */
const accounts = [
  { name: 'resident', roles: ['driver'] },
  { name: 'operator', roles: ['operator'] },
  { name: 'regulator', roles: ['regulator'] },
  { name: 'lab', roles: ['driver', 'operator', 'regulator', 'lab'] },
] as const
export type AccountName = (typeof accounts)[number]['name']
export type Passwords = Readonly<Record<AccountName, string>>

/** Fewer rounds than a kept password needs: these live as long as the process. */
const rounds = 10_000

/** Makes a password for each; what the config holds are only their hashes. */
export async function makeAccounts(): Promise<{
  readonly login: { readonly kind: 'builtIn'; readonly accounts: Account[] }
  readonly passwords: Passwords
}> {
  const made = await Promise.all(
    accounts.map(async ({ name, roles }) => {
      const password = toBase64Url(systemEntropy.bytes(9))
      const record = await hashPassword(password, rounds)
      const stations = 'all' as const
      return { name, password, account: { name, password: record, roles: [...roles], stations } }
    }),
  )
  const passwords = Object.fromEntries(made.map(({ name, password }) => [name, password]))
  return {
    login: { kind: 'builtIn', accounts: made.map(({ account }) => account) },
    passwords: passwords as Passwords,
  }
}
