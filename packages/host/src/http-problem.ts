import { serverRefusalRow, type ServerRefusal } from '@interlock/contract'

/** What a handler answers; an object becomes JSON. */
export type Reply = {
  readonly status: number
  readonly body?: unknown
  /** Content type, where it is not JSON. */
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const problemType = 'application/problem+json'

/** The answer to a refused request (RFC 9457). `detail` goes to the peer: nothing secret. */
export function problem(reason: ServerRefusal, detail?: string): Reply {
  const { status, words, remedy } = serverRefusalRow(reason)
  const body = {
    type: `urn:interlock:problem:${reason}`,
    title: words,
    status,
    reason,
    ...(detail === undefined ? {} : { detail }),
    ...(remedy === undefined ? {} : { remedy }),
  }
  return { status, body, type: problemType }
}
