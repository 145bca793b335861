import { sendOcpi, type OcpiPeers } from '@interlock/host/ocpi'
import {
  inSeconds,
  instant,
  ok,
  refused,
  toHex,
  toIso,
  type Entropy,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import {
  basePath,
  checkOcpi,
  ocpiVersion,
  ownerName,
  type ActiveChargingProfile,
  type Answer,
  type OcpiMethod,
  type OcpiOwner,
  type Registration,
} from '@interlock/ocpi'
import type { OcpiObjects } from '@interlock/store'

/** What is asked of an operator, below the address of a module of its. */
export type Wanted = {
  readonly module: 'commands' | 'chargingprofiles'
  /** For people and for the audit trail. */
  readonly what: string
  readonly method: OcpiMethod
  /** `START_SESSION`, or the session's id. */
  readonly path: string
  /** Besides the address where the outcome is told, which goes into the body or, without one, here. */
  readonly query?: Readonly<Record<string, string>>
  readonly body?: (responseUrl: string) => object
}

/** What an operator was asked for, and how that came out. */
export type RequestShown = {
  readonly id: string
  readonly operator: string
  readonly what: string
  readonly at: string
  /** The operator's own answer. */
  readonly answer: string
  /** The station's; `PENDING` until it is told, and `TIMEOUT` once it is not to be waited for. */
  readonly result: string
  readonly profile?: ActiveChargingProfile
}
type Request = Pick<RequestShown, 'id' | 'operator' | 'what'> & { readonly at: Instant }
type Answered = { readonly answer: string; readonly until: Instant | null }
type Result = { readonly result: string; readonly profile?: ActiveChargingProfile }

export type RemoteRequests = {
  ask(operator: string, wanted: Wanted): Promise<Outcome<RequestShown, AskProblem>>
  /** The outcome that an operator tells: once, but for a reservation taken back, and only of what it was asked for itself. */
  settle(operator: string, id: string, result: Result): Promise<Answer>
  /** What is active in a session has changed; of sessions alone whose limits that operator was asked to set. */
  tellActive(operator: string, session: string, profile: ActiveChargingProfile): Promise<Answer>
  /** As it was told last. */
  active(operator: string, session: string): Promise<ActiveChargingProfile | undefined>
  find(id: string): Promise<RequestShown | undefined>
  /** The newest first. */
  list(): Promise<readonly RequestShown[]>
}
export type AskProblem = 'OperatorUnknown' | 'NotRegistered' | 'OperatorSilent' | 'TooMany'

const idBytes = 16
const sessionOf = (operator: string, session: string): string => `${operator} ${session}`
const listedMax = 100

/** Asks operators for something at a station of theirs, and keeps what comes of it. */
export function remoteRequests(options: {
  readonly us: OcpiOwner
  readonly origin: string
  readonly peers: OcpiPeers
  readonly registration: Registration
  readonly objects: OcpiObjects
  readonly entropy: Entropy
  readonly audit: Audit
  readonly now: () => Instant
}): RemoteRequests {
  const { us, origin, peers, registration, objects, entropy, audit, now } = options
  const owner = ownerName(us)
  const keep = (module: string, id: string, object: object) =>
    objects.put({ module, owner, id, lastUpdated: now(), object })
  const kept = async (module: string, id: string): Promise<unknown> =>
    await objects.find({ module, owner, id })
  // Three parts, each written once: an outcome may be told before the answer is here.
  const shown = async ({ id, operator, what, at }: Request): Promise<RequestShown> => {
    const [answered, result] = await Promise.all([kept('answers', id), kept('results', id)])
    const { answer, until } = (answered ?? { answer: 'ASKED', until: null }) as Answered
    const isOver = until === null ? answered !== undefined : now() >= until
    const silent = answer === 'ACCEPTED' || answer === 'ASKED' ? 'TIMEOUT' : 'NONE'
    const open = { result: isOver ? silent : 'PENDING' }
    return {
      id,
      operator,
      what,
      at: toIso(at),
      answer,
      ...((result as Result | undefined) ?? open),
    }
  }

  return {
    async ask(operator, wanted) {
      const { module, what, method, path, query, body } = wanted
      const http = peers.httpOf(operator)
      const to = peers.parties.find(({ name }) => name === operator)?.owner
      if (http === undefined || to === undefined) return refused('OperatorUnknown', operator)
      const reached = registration.reach(operator, module, 'RECEIVER')
      if (!reached.ok) return refused('NotRegistered', reached.reason)
      const id = toHex(entropy.bytes(idBytes))
      const below = module === 'commands' ? `${path}/${id}` : id
      const responseUrl = `${origin}${basePath}/${ocpiVersion}/sender/${module}/${below}`
      const request: Request = { id, operator, what, at: now() }
      if ((await keep('requests', id, request)) === 'full') return refused('TooMany')
      if (what === 'SetProfile') await keep('profiled', sessionOf(operator, path), { request: id })
      audit.record('OperatorAsked', { operator, what, request: id })
      const { url, token } = reached.value
      const asked = new URL(`${url}/${encodeURIComponent(path)}`)
      if (body === undefined)
        for (const [name, value] of Object.entries({ ...query, response_url: responseUrl }))
          asked.searchParams.set(name, value)
      const sending = { token, method, url: asked.href, body: body?.(responseUrl) }
      const sent = await sendOcpi(http, { ...sending, routing: { from: us, to } }, entropy)
      const shape = module === 'commands' ? 'CommandResponse' : 'ChargingProfileResponse'
      const answer = sent.ok ? checkOcpi(shape, sent.value) : sent
      if (!answer.ok) {
        await keep('answers', id, { answer: answer.reason, until: null } satisfies Answered)
        return refused('OperatorSilent', `${answer.reason} ${answer.detail ?? ''}`.trim())
      }
      const { result, timeout } = answer.value
      const until = result === 'ACCEPTED' ? instant(now() + inSeconds(timeout)) : null
      await keep('answers', id, { answer: result, until } satisfies Answered)
      return ok(await shown(request))
    },
    async settle(operator, id, result) {
      const request = (await kept('requests', id)) as Request | undefined
      if (request?.operator !== operator) return refused('ObjectUnknown', id)
      // An answer that was lost: it is told again, and changes nothing.
      const before = (await kept('results', id)) as Result | undefined
      if (before !== undefined && !isTakenBack(request, before, result)) return ok({})
      audit.record('OperatorResult', { operator, what: request.what, request: id, ...result })
      await keep('results', id, result)
      return ok({})
    },
    async tellActive(operator, session, profile) {
      const name = sessionOf(operator, session)
      if ((await kept('profiled', name)) === undefined) return refused('ObjectUnknown', session)
      audit.record('ProfileTold', { operator, session })
      await keep('active-profiles', name, profile)
      return ok({})
    },
    active: async (operator, session) =>
      (await kept('active-profiles', sessionOf(operator, session))) as
        ActiveChargingProfile | undefined,
    async find(id) {
      const request = (await kept('requests', id)) as Request | undefined
      return request && (await shown(request))
    },
    async list() {
      const { total } = await objects.list('requests', { offset: 0, limit: 1 })
      const page = { offset: Math.max(0, total - listedMax), limit: listedMax }
      const { objects: last } = await objects.list('requests', page)
      return await Promise.all((last as readonly Request[]).toReversed().map(shown))
    },
  }
}

/** At the same address an operator takes back a reservation that it has made (§13.1). */
const isTakenBack = ({ what }: Request, before: Result, now: Result): boolean =>
  what === 'RESERVE_NOW' && before.result === 'ACCEPTED' && now.result === 'CANCELED_RESERVATION'
