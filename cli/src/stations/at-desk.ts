import { resolve } from 'node:path'
import type { HttpClient } from '@interlock/host'
import { ok, refused, unobserved, type Outcome } from '@interlock/kernel'
import type { Desk } from '@interlock/lab'
import { UsageError } from '../command.ts'
import { textOf } from '../conformance/foreign-proof.ts'
import type { FlagSpecs, FlagValues } from '../flags.ts'

/** Whose stations: those of a street, or of any other CSMS of this kind. */
export const deskFlags: FlagSpecs = {
  data: { kind: 'text', value: 'DIR', help: 'the street’s folder; or all three of:' },
  csms: { kind: 'text', value: 'URL', help: 'the REST interface of the CSMS: https://…' },
  identity: { kind: 'text', value: 'DIR', help: 'key and chain of an operator of the CSMS' },
  trust: { kind: 'text', value: 'FILE', help: 'PEM root of the charging side' },
}

/** A request to the CSMS. @throws Fault PeerUnavailable */
export type Ask = HttpClient['request']

/**
 * Speaks with the CSMS as its operator.
 * @throws UsageError when it is not said with which; Fault for what cannot be read
 */
export async function atDesk<Result>(
  flags: FlagValues,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const { httpClient } = await import('@interlock/host')
  const { url, identity, roots } = await deskIn(flags)
  const http = httpClient({
    identity,
    trust: { roots },
    activity: unobserved,
    expectRole: 'csms',
  })
  try {
    return await work((method, path, body) => http.request(method, `${url}/api/v1${path}`, body))
  } finally {
    await http.close()
  }
}

async function deskIn(flags: FlagValues): Promise<Desk> {
  const [data, csms] = [textOf(flags, 'data'), textOf(flags, 'csms')]
  const [identity, trust] = [textOf(flags, 'identity'), textOf(flags, 'trust')]
  if (data !== undefined) {
    if (csms !== undefined) throw new UsageError('--data or --csms, not both')
    const { deskOf } = await import('@interlock/lab')
    return deskOf(resolve(data))
  }
  if (csms === undefined || identity === undefined || trust === undefined)
    throw new UsageError('--data DIR is needed, or --csms URL, --identity DIR and --trust FILE')
  if (!URL.canParse(csms) || !csms.startsWith('https:'))
    throw new UsageError('--csms: an address as https://csms.example:8443')
  const { loadIdentity, readText } = await import('@interlock/host')
  const url = csms.replace(/\/+$/, '')
  return { url, identity: loadIdentity(identity), roots: [readText(trust)] }
}

/** The body of a success, or why the CSMS refuses, in its words. */
export function answered({ status, body }: Awaited<ReturnType<Ask>>): Outcome<unknown, string> {
  if (status < 300) return ok(body)
  const { reason, title, detail } = (body ?? {}) as Record<string, unknown>
  const said = [title, detail].filter((each) => typeof each === 'string').join('; ')
  return refused(
    typeof reason === 'string' ? reason : 'Refused',
    said === '' ? `it answers with status ${status}` : said,
  )
}
