import type { HttpClient, Identity } from '@interlock/host'
import { unobserved, type Role } from '@interlock/kernel'
import { UsageError } from './command.ts'
import { textOf, type FlagSpecs, type FlagValues } from './flags.ts'

/** Where a server is, as whom it is spoken with, and whom they believe. */
export type Login = {
  /** Without a slash at its end. */
  readonly url: string
  readonly identity: Identity
  readonly roots: readonly string[]
}
export type Connection = Login & { readonly http: HttpClient }

/** Which server and as whom, where `--NAME` has its address. */
export const loginFlags = (
  name: string,
  help: {
    readonly at: string
    readonly identity: string
    readonly side: 'charging' | 'smart-meter'
  },
): FlagSpecs => ({
  [name]: { kind: 'text', value: 'URL', help: help.at },
  identity: { kind: 'text', value: 'DIR', help: help.identity },
  trust: { kind: 'text', value: 'FILE', help: `PEM root of the ${help.side} side` },
})
export const loginUsage = (name: string): string => `--${name} URL --identity DIR --trust FILE`

/** @throws UsageError when it is not given whole; Fault for what cannot be read */
export async function loginIn(given: FlagValues, name: string): Promise<Login> {
  const [url, identity, trust] = [name, 'identity', 'trust'].map((each) => textOf(given, each))
  if (url === undefined || identity === undefined || trust === undefined)
    throw new UsageError(`${loginUsage(name)} are needed`)
  if (!URL.canParse(url) || !url.startsWith('https:'))
    throw new UsageError(`--${name}: an address as https://server.example:8443`)
  const { loadIdentity, readText } = await import('@interlock/host')
  return {
    url: url.replace(/\/+$/, ''),
    identity: loadIdentity(identity),
    roots: [readText(trust)],
  }
}

/**
 * Speaks with one server, which has that role if one is given; the connection ends with `work`.
 * @throws Fault for what cannot be reached, and what `work` throws
 */
export async function connected<Result>(
  { url, identity, roots }: Login,
  expectRole: Role | undefined,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { httpClient } = await import('@interlock/host')
  const http = httpClient({
    identity,
    trust: { roots },
    activity: unobserved,
    ...(expectRole !== undefined && { expectRole }),
  })
  try {
    return await work({ http, url, identity, roots })
  } finally {
    await http.close()
  }
}

/** Which server of the charging side, and as whom. */
export const serverFlags = (help: { readonly at: string; readonly identity: string }): FlagSpecs =>
  loginFlags('at', { ...help, side: 'charging' })
export const serverAccess = loginUsage('at')

/** As {@link connected} with what the flags name; `base` is that of its interface. */
export const atServer = async <Result>(
  given: FlagValues,
  work: (http: HttpClient, base: string) => Promise<Result>,
  expectRole?: Role,
): Promise<Result> =>
  connected(await loginIn(given, 'at'), expectRole, ({ http, url }) => work(http, `${url}/api/v1`))
