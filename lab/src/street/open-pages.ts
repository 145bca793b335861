import { startWeb, type WebDeps, type WebRunning } from '@interlock/web'
import { makeAccounts, type Passwords } from './accounts.ts'
import { webConfig } from './web-config.ts'
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
  hooks: Pick<WebDeps, 'attack' | 'hardware'> = {},
): Promise<Pages> {
  const { login, passwords } = await makeAccounts()
  const config = webConfig(street.plan, login, ports)
  writeConfig(config, street.plan.layout.server('web'))
  const web = street.adopt(await startWeb(config, { ...street.depsOf('web'), ...hooks }))
  return { web, passwords }
}
