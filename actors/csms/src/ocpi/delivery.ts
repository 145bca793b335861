import type { ActorDeps } from '@interlock/host'
import { sendOcpi, type OcpiPeers, type SentAnswer } from '@interlock/host/ocpi'
import type { OcpiMethod, OcpiOwner, Registration } from '@interlock/ocpi'
import { partsOf } from './push-parts.ts'

/** Something of ours that a party is to be told. */
export type Telling = {
  readonly party: string
  readonly module: string
  readonly id: string
  readonly object: object
}
/** `done`: it need not be tried again, for it was heard, or refused for good. `silent`: nobody answers there. */
export type Delivered = 'done' | 'later' | 'silent'

export type Delivery = {
  readonly deliver: (telling: Telling) => Promise<Delivered>
  /** The answer of that party; `undefined` where there is no such party. */
  readonly send: (
    party: string,
    method: OcpiMethod,
    url: string,
    token: string,
    body: unknown,
  ) => Promise<SentAnswer | undefined>
}

/** So many objects of which it is remembered what their party holds; of others the whole is told. */
const heldMax = 10_000

/**
 * Tells a party of objects of ours. Of what it is known to hold the changed part alone is told (PATCH), and the whole
 * (PUT) where it says that it holds nothing of the kind, or takes no parts; nothing is known after a restart.
 */
export function createDelivery(options: {
  readonly us: OcpiOwner
  readonly peers: Pick<OcpiPeers, 'parties' | 'httpOf'>
  readonly registration: Pick<Registration, 'reach'>
  readonly deps: Pick<ActorDeps, 'entropy' | 'log'>
}): Delivery {
  const { us, peers, registration, deps } = options
  /** By party, module and id: what was taken last, the oldest first. */
  const held = new Map<string, object>()
  const hold = (key: string, object: object): void => {
    held.delete(key)
    held.set(key, object)
    const [oldest] = held.size > heldMax ? held.keys() : []
    if (oldest !== undefined) held.delete(oldest)
  }
  /** By party and module: who has said that it takes no parts. */
  const wholeOnly = new Set<string>()

  const send: Delivery['send'] = async (party, method, url, token, body) => {
    const http = peers.httpOf(party)
    const to = peers.parties.find(({ name }) => name === party)?.owner
    if (http === undefined || to === undefined) return undefined
    return await sendOcpi(
      http,
      { token, method, url, body, routing: { from: us, to } },
      deps.entropy,
    )
  }
  /** The last answer to the parts; `undefined` where the whole has to be told. */
  const tellParts = async (
    { party, module, object }: Telling,
    key: string,
    url: string,
    token: string,
  ): Promise<SentAnswer | undefined> => {
    const before = wholeOnly.has(`${party} ${module}`) ? undefined : held.get(key)
    const parts = partsOf(module, before, object)
    let answer: SentAnswer | undefined = parts && { ok: true, value: undefined, headers: {} }
    for (const { path, body } of parts ?? []) {
      answer = await send(party, 'PATCH', `${url}${path}`, token, body)
      if (answer?.ok === true) continue
      if (answer === undefined || !isForGood(answer.reason)) return answer
      if (takesNone.has(answer.reason)) wholeOnly.add(`${party} ${module}`)
      held.delete(key)
      return undefined
    }
    return answer
  }

  return {
    send,
    async deliver(telling) {
      const { party, module, id, object } = telling
      // Profiles are the provider's: it hears of them at the other end of that module (§14.3.2.2).
      const isProfile = module === 'chargingprofiles'
      const reached = registration.reach(party, module, isProfile ? 'SENDER' : 'RECEIVER')
      if (!reached.ok) return reached.reason === 'EndpointsMissing' ? 'done' : 'later'
      const { url, token } = reached.value
      const isCdr = module === 'cdrs'
      const own = isProfile ? '' : `/${us.country_code}/${us.party_id}`
      const at = isCdr ? url : `${url}${own}/${encodeURIComponent(id)}`
      const key = `${party} ${module} ${id}`
      const answer =
        (await tellParts(telling, key, at, token)) ??
        (await send(party, isCdr ? 'POST' : 'PUT', at, token, object))
      if (answer?.ok === true && hasParts.has(module)) hold(key, object)
      if (answer === undefined || answer.ok) return 'done'
      const { reason, detail, said } = answer
      deps.log.warn({ party, module, id, reason, detail }, 'not taken')
      // What the provider could not do it may do later; what it refuses it refuses again.
      if (isRefused(reason, said)) return 'done'
      return reason === 'PeerUnavailable' ? 'silent' : 'later'
    },
  }
}

const hasParts: ReadonlySet<string> = new Set(['locations', 'sessions'])
/** The party changes nothing in that way. */
const takesNone: ReadonlySet<string> = new Set(['Http405', 'Http501'])
/** HTTP alone may be somebody on the way, and so may 2000, which is any error at all. */
const isRefused = (reason: string, said = ''): boolean =>
  reason.startsWith('Status2') || (said.startsWith('Status2') && said !== 'Status2000')
const isForGood = (reason: string): boolean =>
  reason.startsWith('Status2') ||
  reason === 'Http400' ||
  reason === 'Http404' ||
  takesNone.has(reason)
