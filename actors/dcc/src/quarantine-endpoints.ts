import {
  buildQuarantineAlert,
  isQuarantineReference,
  variantRow,
  type Breach,
  type ServiceRequest,
} from '@interlock/duis'
import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import type { Peer } from '@interlock/pki'
import { userRoles } from './eligibility.ts'
import { quarantinePageMax, type Quarantined } from './quarantine.ts'
import { servedReply, signedReply } from './reply.ts'
import type { ServiceParts } from './parts.ts'
import { serveHeld } from './service-requests.ts'
import { Thresholds, type Threshold } from './thresholds.ts'

/**
 * Whose word lets a held request through. A limit that a user sets guards it against its own systems; the
 * others guard everybody against the user, who shall not lift them.
 */
const processedBy = {
  ADUserThresholdBreach: 'user',
  ADDCCThresholdBreach: 'supervisor',
  ADAttributeLimitsBreach: 'supervisor',
  ADMegawattBreach: 'supervisor',
} as const satisfies Record<Breach, 'user' | 'supervisor'>

/** Thresholds of a user, and what became of its requests beyond any. */
export function quarantineEndpoints(parts: ServiceParts): readonly Endpoint[] {
  const { anomalies, quarantine, audit } = parts
  const roles = [...userRoles, 'supervisor'] as const

  /** One that the caller may know of: its own, and for the supervisor every one. */
  const found = async ({ params, peer }: HttpRequest): Promise<Quarantined | undefined> => {
    const reference = params['reference'] ?? ''
    const held = isQuarantineReference(reference) ? await quarantine.find(reference) : undefined
    return held !== undefined && isOf(held, peer) ? held : undefined
  }

  return [
    {
      method: 'GET',
      url: '/api/v1/thresholds',
      roles: userRoles,
      handle: ({ peer }) => ({ status: 200, body: { thresholds: anomalies.thresholdsOf(peer) } }),
    },
    {
      method: 'PUT',
      url: '/api/v1/thresholds',
      roles: userRoles,
      body: Thresholds,
      async handle({ body, peer }) {
        const thresholds = body as readonly Threshold[]
        const { organisation, role } = peer
        audit.critical('ThresholdsSet', { user: organisation, role, thresholds })
        await anomalies.setThresholds({ organisation, role }, thresholds)
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/quarantine',
      roles,
      async handle({ peer, query }) {
        const { organisation, role } = peer
        const { after } = query
        if (after !== undefined && !isQuarantineReference(after))
          return problem('BodyInvalid', 'after')
        const user = role === 'supervisor' ? undefined : { organisation, role }
        const held = await quarantine.list(user, after)
        const isFull = held.length === quarantinePageMax
        const next = isFull ? { next: held.at(-1)?.reference } : {}
        return { status: 200, body: { requests: held.map(shown), ...next } }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/quarantine/:reference',
      roles,
      async handle(call) {
        const held = await found(call)
        return held === undefined
          ? problem('QuarantineUnknown')
          : signedReply(buildQuarantineAlert(held), parts)
      },
    },
    {
      method: 'POST',
      url: '/api/v1/quarantine/:reference/process',
      roles,
      async handle(call) {
        const held = await found(call)
        if (held === undefined) return problem('QuarantineUnknown')
        const by = call.peer.role === 'supervisor' ? 'supervisor' : 'user'
        if (processedBy[held.breach] !== by)
          return problem('NotPermitted', `${held.breach} is for the ${processedBy[held.breach]}`)
        // The answer holds the command itself, and goes to whoever lets it through.
        if (by === 'supervisor' && variantRow(held.request.commandVariant).local)
          return problem('NotPermitted', 'a command to deliver locally is for its user alone')
        return processed(held, call.peer, parts)
      },
    },
    {
      method: 'DELETE',
      url: '/api/v1/quarantine/:reference',
      roles,
      async handle(call) {
        const held = await found(call)
        if (held === undefined || !(await quarantine.takeOut(held.reference)))
          return problem('QuarantineUnknown')
        audit.critical('QuarantineDeleted', factsOf(held, call.peer))
        return { status: 204 }
      },
    },
  ]
}

/** Carried out now, if it still may be: the answer is that of the service request. */
async function processed(held: Quarantined, peer: Peer, parts: ServiceParts): Promise<Reply> {
  const { quarantine, audit } = parts
  if (!(await quarantine.takeOut(held.reference))) return problem('QuarantineUnknown')
  audit.critical('QuarantineProcessed', factsOf(held, peer))
  return servedReply(await serveHeld(held, parts), parts, held.request)
}

const isOf = ({ user }: Quarantined, { organisation, role }: Peer): boolean =>
  role === 'supervisor' || (user.organisation === organisation && user.role === role)

const factsOf = ({ reference, breach, user }: Quarantined, by: Peer) => ({
  reference,
  breach,
  user: user.organisation,
  role: user.role,
  by: by.organisation,
  byRole: by.role,
})

const shown = ({ reference, breach, user, request }: Quarantined) => ({
  reference,
  breach,
  ...user,
  ...shownRequest(request),
})
/** A request as its user is shown it. */
export const shownRequest = (request: ServiceRequest) => ({
  service: request.service,
  originator: request.originator,
  target: request.target,
  counter: request.counter.toString(),
  commandVariant: request.commandVariant,
})
