import type { HttpClient, Identity } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import { UsageError } from '../command.ts'
import { textOf } from '../conformance/foreign-proof.ts'
import type { FlagSpecs, FlagValues } from '../flags.ts'

/** Which data company, and as whom. */
export const companyFlags: FlagSpecs = {
  dcc: { kind: 'text', value: 'URL', help: 'the data company: https://…' },
  identity: { kind: 'text', value: 'DIR', help: 'key and chain of a user, or of the supervisor' },
  trust: { kind: 'text', value: 'FILE', help: 'PEM root of the smart-meter side' },
}
export const companyAccess = '--dcc URL --identity DIR --trust FILE'
export const certificateFlag = {
  certificate: {
    kind: 'text',
    value: 'FILE',
    help: 'what the data company signs its answers with',
  },
} as const satisfies FlagSpecs

/** @throws UsageError when it is not given. */
export function certificateIn(flags: FlagValues): string {
  const path = textOf(flags, 'certificate')
  if (path === undefined) throw new UsageError('whose signature? --certificate FILE')
  return path
}

export type Company = {
  readonly http: HttpClient
  /** Without a slash at its end. */
  readonly url: string
  readonly identity: Identity
}

/**
 * Speaks with the data company as one of its users, or as the supervisor.
 * @throws UsageError when it is not said with which; Fault for what cannot be read or reached
 */
export async function atCompany<Result>(
  flags: FlagValues,
  work: (company: Company) => Promise<Result>,
): Promise<Result> {
  const [url, folder, trust] = ['dcc', 'identity', 'trust'].map((name) => textOf(flags, name))
  if (url === undefined || folder === undefined || trust === undefined)
    throw new UsageError(`${companyAccess} are needed`)
  if (!URL.canParse(url) || !url.startsWith('https:'))
    throw new UsageError('--dcc: an address as https://dcc.example:8443')
  const { httpClient, loadIdentity, readText } = await import('@interlock/host')
  const identity = loadIdentity(folder)
  const http = httpClient({
    identity,
    trust: { roots: [readText(trust)] },
    activity: unobserved,
    expectRole: 'dcc',
  })
  try {
    return await work({ http, url: url.replace(/\/+$/, ''), identity })
  } finally {
    await http.close()
  }
}
