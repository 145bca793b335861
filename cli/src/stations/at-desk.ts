import { resolve } from 'node:path'
import type { HttpClient } from '@interlock/host'
import { ok, refused, type Outcome } from '@interlock/kernel'
import { connected, loginFlags, loginIn, loginUsage, type Login } from '../at-server.ts'
import { UsageError } from '../command.ts'
import { textOf, type FlagSpecs, type FlagValues } from '../flags.ts'

/** Whose stations: those of a street, or of any other CSMS of this kind. */
export const deskFlags: FlagSpecs = {
  data: { kind: 'text', value: 'DIR', help: 'the street’s folder; or all three of:' },
  ...loginFlags('csms', {
    at: 'the REST interface of the CSMS: https://…',
    identity: 'key and chain of an operator of the CSMS',
    side: 'charging',
  }),
}

/** A request to the CSMS. @throws Fault PeerUnavailable */
export type Ask = HttpClient['request']

/**
 * Speaks with the CSMS as its operator.
 * @throws UsageError when it is not said with which; Fault for what cannot be read
 */
export const atDesk = async <Result>(
  flags: FlagValues,
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> =>
  connected(await deskIn(flags), 'csms', ({ http, url }) =>
    work((method, path, body) => http.request(method, `${url}/api/v1${path}`, body)),
  )

async function deskIn(flags: FlagValues): Promise<Login> {
  const [data, csms] = [textOf(flags, 'data'), textOf(flags, 'csms')]
  if (data === undefined && csms === undefined)
    throw new UsageError(`--data DIR is needed, or ${loginUsage('csms')}`)
  if (data === undefined) return loginIn(flags, 'csms')
  if (csms !== undefined) throw new UsageError('--data or --csms, not both')
  const { deskOf } = await import('@interlock/lab')
  return deskOf(resolve(data))
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
