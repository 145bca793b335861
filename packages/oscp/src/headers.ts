import { ok, refused, type Outcome } from '@interlock/kernel'
import { oscpLimits } from './limits.ts'

/** Names as Node gives them. */
export const headerNames = {
  authorization: 'authorization',
  requestId: 'x-request-id',
  correlationId: 'x-correlation-id',
  segmentIndex: 'x-segment-index',
  segmentCount: 'x-segment-count',
  signature: 'x-interlock-signature',
} as const

export type HttpHeaders = Readonly<Record<string, string | undefined>>

/** One part of a message that is too long for one request. */
export type Segment = { readonly index: number; readonly count: number }

export type OscpHeaders = {
  readonly requestId: string
  /** The request that this one answers. */
  readonly correlationId?: string
  readonly segment?: Segment
}

const idPattern = /^[\w.-]{1,64}$/

/** Reads what every message carries besides its token. */
export function readHeaders(headers: HttpHeaders): Outcome<OscpHeaders, 'HeaderInvalid'> {
  const requestId = headers[headerNames.requestId]
  if (requestId === undefined || !idPattern.test(requestId))
    return refused('HeaderInvalid', headerNames.requestId)
  const correlationId = headers[headerNames.correlationId]
  if (correlationId !== undefined && !idPattern.test(correlationId))
    return refused('HeaderInvalid', headerNames.correlationId)
  const segment = segmentOf(headers)
  if (segment === 'invalid') return refused('HeaderInvalid', headerNames.segmentIndex)
  return ok({ requestId, ...(correlationId && { correlationId }), ...(segment && { segment }) })
}

/** Both or neither. Peers count from zero or from one. */
function segmentOf(headers: HttpHeaders): Segment | 'invalid' | undefined {
  const texts = [headers[headerNames.segmentIndex], headers[headerNames.segmentCount]]
  if (texts.every((text) => text === undefined)) return undefined
  if (!texts.every((text) => text !== undefined && /^\d{1,4}$/.test(text))) return 'invalid'
  const [index = 0, count = 0] = texts.map(Number)
  const fits = count >= 1 && count <= oscpLimits.segmentsMax && index <= count
  return fits ? { index, count } : 'invalid'
}

export const writeHeaders = (headers: OscpHeaders, token: string): Record<string, string> => ({
  [headerNames.authorization]: `Token ${token}`,
  [headerNames.requestId]: headers.requestId,
  ...(headers.correlationId && { [headerNames.correlationId]: headers.correlationId }),
  ...(headers.segment && {
    [headerNames.segmentIndex]: String(headers.segment.index),
    [headerNames.segmentCount]: String(headers.segment.count),
  }),
})

/** What stands after `Token` in the Authorization header. */
export const tokenIn = (headers: HttpHeaders): string | undefined =>
  /^Token ([\x21-\x7e]+)$/.exec(headers[headerNames.authorization] ?? '')?.[1]
