import {
  inMinutes,
  inTurn,
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
  type Association,
  type Decision,
  type Door,
  type HttpMessage,
  type OscpRefusal,
  type OscpRequest,
  type PinnedPeer,
  type Step,
  type Terms,
} from '@interlock/oscp'
import type { ActorDeps } from '../deps.ts'
import type { Outbox } from './outbox.ts'

/** What is agreed with one peer beforehand. */
export type PeerTerms = {
  readonly name: string
  readonly pinned: PinnedPeer
  readonly door: Door
  readonly terms: Terms
  /** The groups that it may speak of. */
  readonly groups: ReadonlySet<string>
}

/** How each peer stands; on the disk, or in the database, before anything follows from it. */
export type Associations = {
  of(peer: string): Association
  keep(peer: string, association: Association): Promise<void> | void
}

export type Desk = {
  readonly name: string
  /** One request of this peer, one after the other; nothing has changed when it is refused. */
  hear(request: HttpMessage): Promise<Outcome<undefined, DeskRefusal>>
  /** Carries out what this side begins: a registration, a handshake. */
  begin(step: (association: Association) => Step | undefined): Promise<void>
  /** Ends when what is being done is done; then nothing is heard any more. */
  close(): Promise<void>
}

/** Beside those of OSCP: what is of a group of somebody else, or what nobody wants to know of one. */
export type DeskRefusal = OscpRefusal | 'GroupForeign' | 'ReportUnwanted'

export type DeskOptions = {
  readonly peer: PeerTerms
  readonly us: Eui64
  readonly associations: Associations
  readonly outbox: Outbox
  readonly audit: Audit
  /** What the peer is, in the audit trail. */
  readonly kind: 'provider' | 'operator'
  /** The peer is silent: its fallback counts from now on. */
  readonly onSilent?: () => void
  /** The peer is heard, for the first time or again. */
  readonly onHeard: () => void
  /** Why a message of a peer that is heard is not taken, nor anything of it kept. */
  readonly demur?: (request: OscpRequest) => 'ReportUnwanted' | undefined
  /** After each step, how both stand. */
  readonly onStanding?: (association: Association) => void
  /** A message about capacity. It is answered once this is done. */
  readonly onMessage?: (request: OscpRequest) => Promise<void> | void
  readonly deps: Pick<ActorDeps, 'clock' | 'crypto'>
  /** Timer label, stable per actor. */
  readonly label: string
}

const retryMillis = inMinutes(1)
/** Far more than forecasts, measurements and heartbeats are; each may leave a record. */
export const messagesPerMinuteMax = 120
const records = {
  provider: { silent: 'ProviderSilent', heard: 'ProviderHeard' },
  operator: { silent: 'OperatorSilent', heard: 'OperatorHeard' },
} as const

/** Where one peer is heard and answered, and its silence is noticed; the same on both sides of OSCP. */
export function openDesk(options: DeskOptions): Desk {
  const { peer, us, associations, outbox, audit, kind, deps } = options
  const { name, pinned, door, terms, groups } = peer
  const { clock, crypto } = deps
  const memory = createRequestMemory(clock.now())
  const isTooMuch = minuteCount(messagesPerMinuteMax)
  // A step rests on the one before, so each waits for it, whatever came of it.
  const turn = inTurn()
  let timer: Timer | undefined
  let closed = false

  const wakeAfter = (delay: Millis): void => {
    timer?.cancel()
    if (closed) return
    timer = clock.after(delay, options.label, () => {
      // Where the disk is full, what is due is still due.
      wakeAfter(retryMillis)
      return turn(() => take(passTime(associations.of(name), clock.now())))
    })
  }
  const wake = (): void => {
    const at = wakesAt(associations.of(name))
    if (at === undefined) timer?.cancel()
    else wakeAfter(millis(Math.max(0, at - clock.now())))
  }
  const take = async ({ association, decisions }: Step): Promise<void> => {
    await associations.keep(name, association)
    for (const decision of decisions) await carryOut(decision)
    options.onStanding?.(association)
    wake()
  }
  const carryOut = (decision: Decision): Promise<void> | void => {
    switch (decision.do) {
      case 'send':
        return outbox.send(decision)
      case 'applyFallback':
        audit.record(records[kind].silent, { [kind]: name })
        return options.onSilent?.()
      case 'applyForecast':
        audit.record(records[kind].heard, { [kind]: name })
        return options.onHeard()
      case 'deliver':
        return options.onMessage?.(decision.request)
    }
  }
  const hearNow = async (http: HttpMessage): Promise<Outcome<undefined, DeskRefusal>> => {
    const read = readRequest(http, door, crypto)
    if (!read.ok) return read
    const verified = verifyRequest(http, { peer: pinned, us, memory }, clock.now(), crypto)
    if (!verified.ok) return verified
    const request = read.value
    const step = receive(associations.of(name), request, terms, clock.now())
    if (!step.ok) return step
    const group = 'body' in request && 'group' in request.body ? request.body.group : undefined
    if (group !== undefined && !groups.has(group)) return refused('GroupForeign', group)
    const objection = options.demur?.(request)
    if (objection !== undefined) return refused(objection, group)
    // Heartbeats come every few minutes and claim nothing.
    if (request.message !== 'heartbeat')
      audit.critical('OscpReceived', {
        [kind]: name,
        message: request.message,
        ...evidenceOf(http),
      })
    await take(step.value)
    return ok(undefined)
  }

  wake()
  return {
    name,
    hear: (http) =>
      isTooMuch(clock.now())
        ? Promise.resolve(refused('TooManyRequests'))
        : turn(() => hearNow(http)),
    begin: (step) =>
      turn(async () => {
        const next = closed ? undefined : step(associations.of(name))
        if (next !== undefined) await take(next)
      }),
    async close() {
      closed = true
      timer?.cancel()
      await turn(() => Promise.resolve())
      timer?.cancel()
      await outbox.close()
    },
  }
}

/**
 * What the peer said and its signature over it, so that a third party can verify it. A registration
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
