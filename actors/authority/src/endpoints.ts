import { problem, systemEntropy, type ActorDeps, type Endpoint, type Reply } from '@interlock/host'
import { eui64, type Role } from '@interlock/kernel'
import type { ServerRefusal } from '@interlock/contract'
import type { Audit } from '@interlock/ledger'
import {
  issue,
  newSerial,
  profiles,
  type CertificateAuthority,
  type IssueProblem,
} from '@interlock/pki'
import { Type, type Static } from 'typebox'
import type { Register } from './register.ts'
import type { RevocationLists } from './revocation-lists.ts'

export type Authority = {
  readonly ca: CertificateAuthority
  readonly register: Register
  readonly lists: RevocationLists
  readonly audit: Audit
  readonly deps: ActorDeps
  /** From now on the listener refuses that certificate. */
  readonly noteRevoked: (serialHex: string) => void
}

const strict = { additionalProperties: false }
const Eui = Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' })
const EndEntity = Type.Union([
  Type.Literal('chargingOrganisation'),
  Type.Literal('chargingDevice'),
  Type.Literal('chargingStandardDevice'),
])
const OrderedRole = Type.Union(
  [...profiles.chargingOrganisation.roles, ...profiles.chargingDevice.roles].map((role) =>
    Type.Literal(role),
  ),
)

const IssueOrder = Type.Object(
  {
    profile: EndEntity,
    csrPem: Type.String({ minLength: 1, maxLength: 8_192 }),
    subject: Type.Object(
      {
        commonName: Type.String({ minLength: 1, maxLength: 64 }),
        role: OrderedRole,
        eui: Eui,
        organisation: Eui,
      },
      strict,
    ),
  },
  strict,
)
const RevokeOrder = Type.Object(
  {
    serialHex: Type.String({ pattern: '^([0-9a-f]{2}){1,20}$' }),
    reason: Type.String({ minLength: 1, maxLength: 128 }),
    /** Whose certificate it must be, where whoever wants it revoked may not revoke any other. */
    organisation: Type.Optional(Eui),
  },
  strict,
)

/** Nobody else gives this authority orders. */
const roles: readonly Role[] = ['supervisor']

export const endpoints = (authority: Authority): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/issue',
    roles,
    body: IssueOrder,
    handle: ({ body }) => issueOrdered(body as Static<typeof IssueOrder>, authority),
  },
  {
    method: 'POST',
    url: '/api/v1/revoke',
    roles,
    body: RevokeOrder,
    handle: ({ body }) => revokeOrdered(body as Static<typeof RevokeOrder>, authority),
  },
  {
    method: 'GET',
    url: '/api/v1/crl',
    roles,
    handle: async () => ({
      status: 200,
      body: await authority.lists.current(),
      type: 'application/x-pem-file',
    }),
  },
  { method: 'GET', url: '/healthz', roles, handle: () => ({ status: 200, body: { ok: true } }) },
]

const refusals: Readonly<Record<IssueProblem, ServerRefusal>> = {
  RequestUnreadable: 'RequestInvalid',
  RequestSignature: 'RequestInvalid',
  RequestForCa: 'RequestInvalid',
  RequestMismatch: 'IdentityMismatch',
  RoleNotInProfile: 'NotPermitted',
  KeyNotInProfile: 'RequestInvalid',
  IssuerUnsuitable: 'NotPermitted',
}

async function issueOrdered(
  order: Static<typeof IssueOrder>,
  { ca, register, audit, deps }: Authority,
): Promise<Reply> {
  const { profile, csrPem } = order
  const { commonName, role } = order.subject
  const subject = {
    commonName,
    role,
    eui: eui64(order.subject.eui),
    organisation: eui64(order.subject.organisation),
  }
  audit.record('IssueOrdered', { profile, subject })
  const now = deps.wall.now()
  const serial = newSerial(systemEntropy)
  const issued = issue({ profile, csrPem, subject, ca, serial, now, crypto: deps.crypto })
  if (!issued.ok) {
    const { reason, detail = '' } = issued
    audit.critical('IssueRefused', { profile, subject, reason, detail })
    return problem(refusals[reason], `${reason} ${detail}`.trim())
  }
  const peer = await register.add({ profile, pem: issued.value, at: now })
  const { serialHex, thumbprint } = peer
  audit.critical('CertificateIssued', { profile, subject, serialHex, thumbprint })
  return {
    status: 201,
    body: { serialHex, certificatePem: issued.value, chainPem: issued.value + ca.certificatePem },
  }
}

async function revokeOrdered(
  { serialHex, reason, organisation }: Static<typeof RevokeOrder>,
  { register, lists, audit, deps, noteRevoked }: Authority,
): Promise<Reply> {
  const owner = await register.organisationOf(serialHex)
  if (owner === undefined) {
    audit.critical('RevocationRefused', { serialHex, reason: 'NotFound' })
    return problem('NotFound', `serial ${serialHex}`)
  }
  if (organisation !== undefined && organisation !== owner) {
    audit.critical('RevocationRefused', { serialHex, organisation, reason: 'IdentityMismatch' })
    return problem('IdentityMismatch', 'the certificate is of another organisation')
  }
  audit.record('RevocationOrdered', { serialHex, reason })
  if (await register.revoke(serialHex, reason, deps.wall.now())) lists.renew()
  noteRevoked(serialHex)
  audit.critical('CertificateRevoked', { serialHex, reason })
  return { status: 200, body: { serialHex } }
}
