import type { HttpClient } from '@interlock/host'
import { unobserved, type Role } from '@interlock/kernel'
import { UsageError } from './command.ts'
import { textOf } from './conformance/foreign-proof.ts'
import type { FlagSpecs, FlagValues } from './flags.ts'

/** Which server of the charging side, and as whom. */
export const serverFlags = (help: {
  readonly at: string
  readonly identity: string
}): FlagSpecs => ({
  at: { kind: 'text', value: 'URL', help: help.at },
  identity: { kind: 'text', value: 'DIR', help: help.identity },
  trust: { kind: 'text', value: 'FILE', help: 'PEM root of the charging side' },
})
export const serverAccess = '--at URL --identity DIR --trust FILE'

/**
 * Speaks with one server of the charging side, which has that role if one is given.
 * @throws UsageError when it is not said with which; Fault for what cannot be read or reached
 */
export async function atServer<Result>(
  given: FlagValues,
  work: (http: HttpClient, base: string) => Promise<Result>,
  expectRole?: Role,
): Promise<Result> {
  const [url, identity, trust] = ['at', 'identity', 'trust'].map((name) => textOf(given, name))
  if (url === undefined || identity === undefined || trust === undefined)
    throw new UsageError(`${serverAccess} are needed`)
  if (!URL.canParse(url) || !url.startsWith('https:'))
    throw new UsageError('--at: an address as https://server.example:8443')
  const { httpClient, loadIdentity, readText } = await import('@interlock/host')
  const http = httpClient({
    identity: loadIdentity(identity),
    trust: { roots: [readText(trust)] },
    activity: unobserved,
    ...(expectRole !== undefined && { expectRole }),
  })
  try {
    return await work(http, `${url.replace(/\/+$/, '')}/api/v1`)
  } finally {
    await http.close()
  }
}
