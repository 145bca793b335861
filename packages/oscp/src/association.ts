import {
  instant,
  ok,
  plus,
  inSeconds,
  refused,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { oscpLimits } from './limits.ts'
import type { RequiredBehaviour } from './messages/handshake.ts'
import type { Register } from './messages/register.ts'
import type { Message } from './messages/table.ts'
import type { OscpRequest } from './read-request.ts'
import type { OscpRefusal } from './refusals.ts'
import { oscpVersion } from './roles.ts'

/** What does not change: how the peer reaches us, what we ask of it, and where it may live. */
export type Terms = {
  readonly ours: Register
  readonly required: RequiredBehaviour & { readonly heartbeatSeconds: number }
  /** Addresses that the peer names must begin so: it cannot send us to a third party. */
  readonly peerOrigin: string
}

/** How two parties stand; plain data, so that it can be kept. */
export type Association = {
  /** Absent until the peer has registered: where it speaks version 2.0, and with which token. */
  readonly peer?: { readonly token: string; readonly baseUrl: string }
  /** Our own request that has not been answered yet. */
  readonly asked?: { readonly message: 'register' | 'handshake'; readonly requestId: string }
  /** Set by the handshake, and from then on by each heartbeat; past it the peer is silent. */
  readonly offlineModeAt?: Instant
  readonly silent: boolean
  /** When we owe the peer the next heartbeat, and how often. */
  readonly heartbeat?: { readonly nextAt: Instant; readonly seconds: number }
}

export const unregistered: Association = { silent: true }

export type Decision =
  | {
      readonly do: 'send'
      readonly message: Message
      readonly correlationId?: string
      /** Where the answer is to name it; any other has one of its own. */
      readonly requestId?: string
    }
  /** The peer is silent: the fallback forecasts count from now on. */
  | { readonly do: 'applyFallback' }
  /** The peer is heard again: its forecasts count. */
  | { readonly do: 'applyForecast' }
  /** A message about capacity, of a peer that may send it. */
  | { readonly do: 'deliver'; readonly request: OscpRequest }

export type Step = { readonly association: Association; readonly decisions: readonly Decision[] }

/** Heartbeats that may be lost before a peer is taken for silent. */
const heartbeatsLostMax = 3

/** We make ourselves known. `requestId` is that of the message to be sent. */
export const beginRegistration = (
  association: Association,
  { ours }: Terms,
  requestId: string,
): Step => ({
  association: { ...association, asked: { message: 'register', requestId } },
  decisions: [{ do: 'send', message: { name: 'register', body: ours }, requestId }],
})

/** We say what we ask of a registered peer. */
export const beginHandshake = (
  association: Association,
  { required }: Terms,
  requestId: string,
): Outcome<Step, OscpRefusal> =>
  association.peer === undefined
    ? refused('NotRegistered')
    : ok({
        association: { ...association, asked: { message: 'handshake', requestId } },
        decisions: [{ do: 'send', message: { name: 'handshake', body: required }, requestId }],
      })

/** One message of the peer, which has passed the door. */
export function receive(
  association: Association,
  request: OscpRequest,
  terms: Terms,
  now: Instant,
): Outcome<Step, OscpRefusal> {
  if (request.message === 'register') return registered(association, request, terms)
  if (association.peer === undefined) return refused('NotRegistered')
  const { requestId, correlationId } = request.headers
  switch (request.message) {
    case 'handshake': {
      const answer: Decision = {
        do: 'send',
        message: { name: 'handshake_acknowledge', body: terms.required },
        correlationId: requestId,
      }
      return ok(agreed(association, request.body, terms, now, [answer]))
    }
    case 'handshake_acknowledge': {
      const { asked } = association
      if (asked?.message !== 'handshake' || asked.requestId !== correlationId)
        return refused('CorrelationUnknown', correlationId)
      const { asked: _, ...rest } = association
      return ok(agreed(rest, request.body, terms, now, []))
    }
    case 'heartbeat':
      return heard(association, request.body.offlineModeAt, now)
    default:
      return association.offlineModeAt === undefined
        ? refused('NotAcknowledged')
        : ok({ association, decisions: [{ do: 'deliver', request }] })
  }
}

function registered(
  association: Association,
  request: Extract<OscpRequest, { message: 'register' }>,
  { ours, peerOrigin }: Terms,
): Outcome<Step, OscpRefusal> {
  const known = association.peer !== undefined
  if (request.change === 'remove')
    return known
      ? ok({ association: unregistered, decisions: fallbackUnless(association.silent) })
      : refused('NotRegistered')
  const { asked, ...rest } = association
  const { requestId, correlationId } = request.headers
  const answers = asked?.message === 'register' && asked.requestId === correlationId
  // Both may have begun at once: then each also answers the other.
  if (request.change === 'create' && known && !answers) return refused('AlreadyRegistered')
  if (request.change === 'replace' && !known) return refused('NotRegistered')
  const { token, versions } = request.body
  const spoken = versions.find(({ version }) => version === oscpVersion)
  if (spoken === undefined)
    return refused('VersionUnsupported', versions.map(({ version }) => version).join(', '))
  if (!spoken.baseUrl.startsWith(`${peerOrigin}/`))
    return refused('AddressForbidden', spoken.baseUrl)
  const peer = { token, baseUrl: spoken.baseUrl }
  if (request.change === 'replace')
    return ok({ association: { ...association, peer }, decisions: [] })

  if (answers) return ok({ association: { ...rest, peer }, decisions: [] })
  if (correlationId !== undefined) return refused('CorrelationUnknown', correlationId)
  const answer = { name: 'register' as const, body: ours }
  return ok({
    association: { ...association, peer },
    decisions: [{ do: 'send', message: answer, correlationId: requestId }],
  })
}

/** Both know what the other asks: heartbeats begin, and silence counts from here. */
function agreed(
  association: Association,
  { heartbeatSeconds }: RequiredBehaviour,
  { required }: Terms,
  now: Instant,
  decisions: readonly Decision[],
): Step {
  const { heartbeat: _, ...rest } = association
  const owed = heartbeatSeconds && { heartbeat: { nextAt: now, seconds: heartbeatSeconds } }
  const offlineModeAt = plus(now, inSeconds(required.heartbeatSeconds * heartbeatsLostMax))
  return {
    association: { ...rest, ...owed, offlineModeAt, silent: false },
    decisions: [...decisions, ...(association.silent ? [{ do: 'applyForecast' } as const] : [])],
  }
}

function heard(association: Association, until: Instant, now: Instant): Outcome<Step, OscpRefusal> {
  if (association.offlineModeAt === undefined) return refused('NotAcknowledged')
  if (until <= now || until > now + oscpLimits.offlineMillisMax) return refused('HeartbeatInvalid')
  return ok({
    association: { ...association, offlineModeAt: until, silent: false },
    decisions: association.silent ? [{ do: 'applyForecast' }] : [],
  })
}

/** Time has passed: heartbeats that are due, and a peer that has fallen silent. */
export function passTime(association: Association, now: Instant): Step {
  const { heartbeat, offlineModeAt } = association
  const falls = !association.silent && offlineModeAt !== undefined && offlineModeAt <= now
  const due = heartbeat !== undefined && heartbeat.nextAt <= now
  const next = due && {
    heartbeat: { ...heartbeat, nextAt: plus(now, inSeconds(heartbeat.seconds)) },
  }
  return {
    association: { ...association, ...next, silent: association.silent || falls },
    decisions: [...fallbackUnless(!falls), ...(due ? [heartbeatOf(now, heartbeat.seconds)] : [])],
  }
}

/** When {@link passTime} has something to do next. */
export function wakesAt({ heartbeat, offlineModeAt, silent }: Association): Instant | undefined {
  const times = [heartbeat?.nextAt, silent ? undefined : offlineModeAt].filter(
    (time) => time !== undefined,
  )
  return times.length === 0 ? undefined : instant(Math.min(...times))
}

const fallbackUnless = (not: boolean): Decision[] => (not ? [] : [{ do: 'applyFallback' }])

function heartbeatOf(now: Instant, everySeconds: number): Decision {
  const reach = Math.min(everySeconds * heartbeatsLostMax * 1000, oscpLimits.offlineMillisMax)
  return {
    do: 'send',
    message: { name: 'heartbeat', body: { offlineModeAt: instant(now + reach) } },
  }
}
