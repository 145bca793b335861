import { DriverProof, tokenStatuses } from '@interlock/driver'
import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { fromIso, type Eui64, type Instant, type Role } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { checkToken } from './check-token.ts'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { ownerOf, type CirConfig, type CirParty } from './config.ts'
import type { Finding } from './core/findings.ts'
import type { Register } from './core/register.ts'
import { ownerText, type RegisteredToken } from './core/registered-token.ts'
import { isReportable, type Sighting } from './core/sighting.ts'
import { createPace } from './pace.ts'

const strict = { additionalProperties: false }
const Moment = Type.String({ maxLength: 40 })
const Uid = Type.String({ pattern: '^[0-9A-Fa-f]{8,20}$' })
const isUid = Compile(Uid)
const Station = Type.String({ minLength: 1, maxLength: 48 })

const TokenBody = Type.Object(
  {
    /** As OCPI has it. */
    token: Type.Unknown(),
    key: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
    status: Type.Enum(tokenStatuses.filter((each) => each !== 'expired')),
    expiresAt: Type.Optional(Moment),
  },
  strict,
)
const SightingBody = Type.Object(
  {
    uid: Uid,
    station: Station,
    at: Moment,
    place: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ minimum: -90, maximum: 90 }),
          longitude: Type.Number({ minimum: -180, maximum: 180 }),
        },
        strict,
      ),
    ),
    proof: Type.Optional(DriverProof),
    isLate: Type.Optional(Type.Boolean()),
    isOperators: Type.Optional(Type.Boolean()),
  },
  strict,
)
const FreshNumberBody = Type.Object({ station: Station }, strict)
const EndBody = Type.Object({ uid: Uid, station: Station }, strict)

export type Doors = {
  readonly register: Register
  readonly config: Pick<CirConfig, 'issuers' | 'operators'>
  readonly audit: Audit
  readonly now: () => Instant
}

/** The register's own interface, one row per route; each party is known by its certificate. */
export function registerEndpoints({ register, config, audit, now }: Doors): readonly Endpoint[] {
  const mayAsk = createPace()
  // What some chargers ask for in vain is not taken from what all others tell.
  const mayDraw = createPace()
  const door =
    (
      parties: readonly CirParty[],
      answer: (request: HttpRequest, party: CirParty) => Reply,
      mayPass = mayAsk,
    ) =>
    (request: HttpRequest): Reply => {
      const { organisation } = request.peer
      const party = parties.find((each) => each.organisation === organisation)
      if (party === undefined) return problem('NotPermitted', 'no party of this register')
      return mayPass(organisation, now()) ? answer(request, party) : problem('RateExceeded')
    }
  const { issuers, operators } = config
  const all = [...issuers, ...operators]
  const row = (
    method: Endpoint['method'],
    path: string,
    roles: readonly Role[],
    handle: Endpoint['handle'],
    body?: Endpoint['body'],
  ): Endpoint => ({ method, url: `/cir/1.0/${path}`, roles, handle, ...(body && { body }) })

  return [
    row(
      'PUT',
      'tokens',
      ['emsp'],
      door(issuers, ({ body }, issuer) => {
        const next = tokenIn(body as Static<typeof TokenBody>)
        if (next === undefined) return problem('BodyInvalid', 'token or expiresAt')
        const outcome = register.put(ownerOf(issuer), next, now())
        const { uid } = next.token
        const by = ownerText(ownerOf(issuer))
        if (!outcome.ok) {
          audit.record('TokenRefused', { uid, by, reason: outcome.reason })
          return problem('TokenRefused', `${outcome.reason} ${outcome.detail ?? ''}`.trim())
        }
        audit.record('TokenPut', { uid, by, status: next.status, hasKey: next.key !== null })
        return { status: 200, body: register.statement(uid, now()) }
      }),
      TokenBody,
    ),
    row(
      'GET',
      'tokens/:uid/key',
      ['emsp', 'csms'],
      door(all, ({ params, peer }) => {
        // What is no number of a card is in nobody's finding either.
        const uid = params['uid'] ?? ''
        if (!isUid.Check(uid)) return problem('NotFound')
        const told = register.ask(uid, peer.organisation, now())
        if (!told.ok) return problem('RateExceeded', 'too many unknown tokens')
        return told.value === undefined ? problem('NotFound') : { status: 200, body: told.value }
      }),
    ),
    row(
      'POST',
      'fresh-numbers',
      ['csms'],
      door(
        operators,
        ({ body, peer }) => {
          const { station } = body as Static<typeof FreshNumberBody>
          const number = register.freshNumber({ operator: peer.organisation, station }, now())
          return { status: 200, body: { number } }
        },
        mayDraw,
      ),
      FreshNumberBody,
    ),
    row(
      'POST',
      'sightings',
      ['csms'],
      door(operators, ({ body, peer }) => {
        const sighting = sightingIn(body as Static<typeof SightingBody>, peer.organisation, now())
        if (sighting === undefined) return problem('BodyInvalid', 'at is not of the last week')
        const verdict = register.see(sighting, now())
        const statement = register.statement(sighting.uid, now())
        return { status: 200, body: { ...verdict, ...(statement && { statement }) } }
      }),
      SightingBody,
    ),
    row(
      'POST',
      'ends',
      ['csms'],
      door(operators, ({ body, peer }) => {
        const { uid, station } = body as Static<typeof EndBody>
        register.end(uid, { operator: peer.organisation, station })
        return { status: 204 }
      }),
      EndBody,
    ),
    row(
      'GET',
      'findings',
      ['emsp', 'csms'],
      door(all, ({ query, peer }, party) => {
        const after = /^\d{1,15}$/.test(query['after'] ?? '0') ? Number(query['after'] ?? 0) : NaN
        if (Number.isNaN(after)) return problem('BodyInvalid', 'after')
        const isIssuer = peer.role === 'emsp'
        const whose = (finding: Finding): boolean =>
          isIssuer
            ? finding.issuer === ownerText(ownerOf(party))
            : finding.operator === peer.organisation
        const found = register.findings(whose, after)
        return { status: 200, body: { findings: isIssuer ? found : found.map(withoutDetail) } }
      }),
    ),
  ]
}

/** Where else a driver was is between the register and whoever issued the token. */
function withoutDetail(finding: Finding): Omit<Finding, 'detail'> {
  const { detail: _, ...open } = finding
  return open
}

function tokenIn(body: Static<typeof TokenBody>): RegisteredToken | undefined {
  const token = checkToken(body.token)
  const { key, status, expiresAt: text } = body
  const expiresAt = text === undefined ? undefined : fromIso(text)
  if (token === undefined || (text !== undefined && expiresAt === undefined)) return undefined
  return { token, key, status, ...(expiresAt !== undefined && { expiresAt }) }
}

/** What is not late is seen now, by the clock of the register: nobody's own time makes a response fresh. */
function sightingIn(
  { at: text, place, proof, ...rest }: Static<typeof SightingBody>,
  operator: Eui64,
  now: Instant,
): Sighting | undefined {
  const told = fromIso(text)
  if (told === undefined || !isReportable(told, now)) return undefined
  const at = rest.isLate === true ? told : now
  return { ...rest, operator, at, ...(place && { place }), ...(proof && { proof }) }
}
