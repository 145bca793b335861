import type { Clock, Eui64, Role } from '@interlock/kernel'
import {
  answerOcpi,
  basePath,
  ocpiMethods,
  ocpiRefusalRow,
  tokenIn,
  type DoorOptions,
  type OcpiMethod,
  type Registration,
} from '@interlock/ocpi'
import type { Endpoint, HttpRequest } from '../http-server.ts'
import type { Reply } from '../http-problem.ts'
import { minuteCounts } from '../minute-counts.ts'

/** Most requests of one party in a minute; far more than sessions and records are. */
export const ocpiRequestsPerMinuteMax = 1_200

export type OcpiDoors = {
  /** Roles that a certificate of a party may have. */
  readonly roles: readonly Role[]
  /** By the organisation of their certificates: their names in the config. */
  readonly parties: ReadonlyMap<Eui64, string>
  readonly registration: Registration
  readonly door: DoorOptions
  /** Tells of each refusal; never of one that was asked too often for. */
  readonly onRefused: (party: string | undefined, path: string, message: string) => void
  readonly clock: Pick<Clock, 'now'>
}

/**
 * The doors of OCPI. Two things name a party, and both have to: the certificate that it connects with and
 * the credentials token that it shows.
 */
export function ocpiEndpoints(options: OcpiDoors): readonly Endpoint[] {
  const { roles, parties, registration, door, onRefused, clock } = options
  const isTooMuch = minuteCounts(ocpiRequestsPerMinuteMax)
  const answer = async (
    method: OcpiMethod,
    { peer, path: whole, query, headers, body }: HttpRequest,
  ): Promise<Reply> => {
    const name = parties.get(peer.organisation)
    if (isTooMuch(peer.organisation, clock.now())) {
      const { http, status, words } = ocpiRefusalRow('TooManyRequests')
      return { status: http, body: { status_code: status, status_message: words } }
    }
    // An address may end with a slash.
    const path = whole.slice(basePath.length + 1).replace(/\/$/, '')
    const caller =
      name === undefined ? undefined : await registration.callerOf(name, tokenIn(headers))
    const reply = await answerOcpi(door, caller, {
      method,
      // A name may have a slash in it, which is none of the address.
      parts: path.split('/').map(decodeURIComponent),
      query,
      headers,
      body: typeof body === 'string' ? body : '',
    })
    const { status_code: code, status_message: message = '' } = reply.body as {
      status_code: number
      status_message?: string
    }
    if (code >= 2_000) onRefused(name, `${method} ${path}`, message)
    return reply
  }
  return ocpiMethods.map((method) => ({
    method,
    url: `${basePath}/*`,
    roles,
    contentType: 'jsonText',
    handle: (request) => answer(method, request),
  }))
}
