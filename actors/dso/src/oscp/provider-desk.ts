import type { ActorDeps } from '@interlock/host'
import {
  inMinutes,
  millis,
  ok,
  refused,
  type Eui64,
  type Instant,
  type Millis,
  type Outcome,
  type Timer,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  createRequestMemory,
  headerNames,
  passTime,
  readRequest,
  receive,
  verifyRequest,
  wakesAt,
  type CapacityForecast,
  type Decision,
  type Door,
  type HttpMessage,
  type OscpRefusal,
  type PinnedPeer,
  type Step,
  type Terms,
} from '@interlock/oscp'
import type { Associations } from './associations.ts'
import type { Outbox } from './outbox.ts'

/** What is agreed with one provider beforehand. */
export type ProviderTerms = {
  readonly name: string
  readonly pinned: PinnedPeer
  readonly door: Door
  readonly terms: Terms
  /** The groups that it may speak of. */
  readonly groups: ReadonlySet<string>
}

export type ProviderDesk = {
  readonly name: string
  /** One request of this provider; nothing has changed when it is refused. */
  hear(request: HttpMessage): Outcome<undefined, OscpRefusal | 'GroupForeign'>
  /** Tells it what it may use; nothing before there was a handshake. */
  offer(forecasts: readonly CapacityForecast[]): void
  close(): Promise<void>
}

export type DeskOptions = {
  readonly provider: ProviderTerms
  readonly us: Eui64
  readonly associations: Associations
  readonly outbox: Outbox
  readonly audit: Audit
  /** The provider is heard, for the first time or again: it needs to know what it may use. */
  readonly onHeard: (desk: ProviderDesk) => void
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto'>
  /** Timer label, stable per actor. */
  readonly label: string
}

const retryMillis = inMinutes(1)
/** Far more than forecasts, measurements and heartbeats are; each may leave a record. */
export const messagesPerMinuteMax = 120

/** Where one provider is heard and answered, and its silence is noticed. */
export function openProviderDesk(options: DeskOptions): ProviderDesk {
  const { provider, us, associations, outbox, audit, deps } = options
  const { name, pinned, door, terms, groups } = provider
  const { clock, crypto } = deps
  const memory = createRequestMemory(clock.now())
  const isTooMuch = minuteCount(messagesPerMinuteMax)
  let timer: Timer | undefined
  let closed = false

  const wakeAfter = (delay: Millis): void => {
    timer?.cancel()
    if (closed) return
    timer = clock.after(delay, options.label, () => {
      // Where the disk is full, what is due is still due.
      wakeAfter(retryMillis)
      take(passTime(associations.of(name), clock.now()))
    })
  }
  const wake = (): void => {
    const at = wakesAt(associations.of(name))
    if (at === undefined) timer?.cancel()
    else wakeAfter(millis(Math.max(0, at - clock.now())))
  }
  const take = ({ association, decisions }: Step): void => {
    associations.keep(name, association)
    for (const decision of decisions) carryOut(decision)
    wake()
  }
  const carryOut = (decision: Decision): void => {
    switch (decision.do) {
      case 'send':
        return outbox.send(decision)
      case 'applyFallback':
        return void audit.record('ProviderSilent', { provider: name })
      case 'applyForecast':
        audit.record('ProviderHeard', { provider: name })
        return options.onHeard(desk)
      // It is on the record already, which is where it counts: whoever asks for more gains nothing.
      case 'deliver':
    }
  }

  const desk: ProviderDesk = {
    name,
    hear(http) {
      if (isTooMuch(clock.now())) return refused('TooManyRequests')
      const read = readRequest(http, door, crypto)
      if (!read.ok) return read
      const verified = verifyRequest(http, { peer: pinned, us, memory }, clock.now(), crypto)
      if (!verified.ok) return verified
      const request = read.value
      const step = receive(associations.of(name), request, terms, clock.now())
      if (!step.ok) return step
      const group = 'body' in request && 'group' in request.body ? request.body.group : undefined
      if (group !== undefined && !groups.has(group)) return refused('GroupForeign', group)
      // Heartbeats come every few minutes and claim nothing.
      if (request.message !== 'heartbeat')
        audit.critical('OscpReceived', {
          provider: name,
          message: request.message,
          ...evidenceOf(http),
        })
      take(step.value)
      return ok(undefined)
    },
    offer(forecasts) {
      if (closed || associations.of(name).offlineModeAt === undefined) return
      for (const body of forecasts) {
        const watts = body.blocks.map(({ capacity }) => capacity)
        const { group, type, blocks } = body
        audit.critical('CapacityTold', {
          provider: name,
          group,
          type,
          from: blocks[0]?.from,
          watts,
        })
        outbox.send({ message: { name: 'update_group_capacity_forecast', body } })
      }
    },
    async close() {
      closed = true
      timer?.cancel()
      await outbox.close()
    },
  }
  wake()
  return desk
}

/**
 * What the provider said and its signature over it, so that a third party can verify it. A registration
 * carries a token: that is kept out of the trail.
 */
const evidenceOf = ({ method, path, headers, body }: HttpMessage) => ({
  method,
  requestId: headers[headerNames.requestId],
  signature: headers[headerNames.signature],
  ...(path.endsWith('/register') ? {} : { body }),
})

/** Counts one more at `now`, and tells whether there have been more than `max` in a minute. */
function minuteCount(max: number): (now: Instant) => boolean {
  let since = Number.NEGATIVE_INFINITY
  let count = 0
  return (now) => {
    // A clock that is set back begins another minute.
    if (Math.abs(now - since) >= inMinutes(1)) [since, count] = [now, 0]
    count += 1
    return count > max
  }
}
