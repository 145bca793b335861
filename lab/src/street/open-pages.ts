import { nodeCrypto } from '@interlock/host'
import { startWeb, type AttackHook, type WebRunning } from '@interlock/web'
import { makeAccounts, type Passwords } from './accounts.ts'
import { webConfig } from './configs.ts'
import type { Street } from './start-street.ts'
import { writeConfig } from './write-configs.ts'

export type Pages = {
  readonly web: WebRunning
  /** Of the built-in accounts; new at every start. */
  readonly passwords: Passwords
}

/** Starts the web actor: console and arm page, each on its own origin. */
export async function openPages(
  street: Street,
  ports: { readonly console: number; readonly arm: number },
  attack?: AttackHook,
): Promise<Pages> {
  const { login, passwords } = await makeAccounts()
  const config = webConfig(street.plan, login, ports)
  writeConfig(config, street.plan.layout.server('web'))
  const deps = { ...street.depsOf('web'), crypto: nodeCrypto }
  const web = street.adopt(
    await startWeb(config, attack === undefined ? deps : { ...deps, attack }),
  )
  return { web, passwords }
}
