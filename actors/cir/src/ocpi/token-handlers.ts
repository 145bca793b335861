import { ok, refused, type Instant } from '@interlock/kernel'
import type { TokenStatus } from '@interlock/driver'
import {
  afterPatch,
  afterPut,
  checkOwner,
  sameOwner,
  type Answer,
  type allowedTypes,
  type OcpiCaller,
  type OcpiHandlers,
  type OcpiRefusal,
  type Token,
} from '@interlock/ocpi'
import type { Audit } from '@interlock/ledger'
import type { Register } from '../core/register.ts'
import {
  ownerText,
  statusAt,
  type RegisteredToken,
  type RegisterRefusal,
} from '../core/registered-token.ts'

export type TokenDesk = {
  readonly register: Register
  /** Names of the parties that issue tokens; the others operate charging stations. */
  readonly issuers: ReadonlySet<string>
  readonly audit: Audit
  readonly now: () => Instant
}

const allowedOf = {
  active: 'ALLOWED',
  suspended: 'BLOCKED',
  lost: 'BLOCKED',
  expired: 'EXPIRED',
} as const satisfies Record<TokenStatus, (typeof allowedTypes)[number]>

const ocpiRefusalOf: Partial<Readonly<Record<RegisterRefusal, OcpiRefusal>>> = {
  OwnerOther: 'OwnerOther',
  ObjectOlder: 'ObjectOlder',
  TooManyTokens: 'TooManyObjects',
}

/**
 * OCPI's module *tokens* (§12) of the register: operators read all tokens and ask about one; an issuer writes and
 * reads its own. A key is not of OCPI: it stays as it was given at the register's own door.
 */
export function tokenHandlers({ register, issuers, audit, now }: TokenDesk): OcpiHandlers {
  const isIssuer = ({ name }: OcpiCaller): boolean => issuers.has(name)
  /** The caller's own, where it has issued it. */
  const ownOf = (caller: OcpiCaller, uid: string | undefined): RegisteredToken | undefined => {
    const known = register.of(uid ?? '')
    return known !== undefined && sameOwner(known.token, caller.owner) ? known : undefined
  }
  const kept = (caller: OcpiCaller, token: Token, known: RegisteredToken | undefined): Answer => {
    const capital = { ...token, uid: token.uid.toUpperCase() }
    const next: RegisteredToken = { ...(known ?? { key: null, status: 'active' }), token: capital }
    const put = register.put(caller.owner, next, now())
    if (!put.ok) return refused(ocpiRefusalOf[put.reason] ?? 'ObjectInvalid', put.reason)
    const by = ownerText(caller.owner)
    audit.record('TokenPut', {
      uid: capital.uid,
      by,
      valid: token.valid,
      hasKey: next.key !== null,
    })
    return ok({ isNew: known === undefined })
  }
  return {
    'tokens.list': ({ caller, page: { from, to, offset, limit } }) => {
      const all = register
        .list(from, to)
        .filter(({ token }) => !isIssuer(caller) || sameOwner(token, caller.owner))
      const data = all.slice(offset, offset + limit).map(({ token }) => token)
      return ok({ data, total: all.length })
    },
    'tokens.authorize': ({ caller, params, body }) => {
      if (isIssuer(caller)) return refused('PathUnknown', 'for operators')
      const known = register.of(params['id'] ?? '')
      if (known === undefined) return refused('TokenUnknown')
      const allowed = allowedOf[statusAt(known, now())]
      const location = body === undefined ? {} : { location: body }
      return ok({ data: { allowed, token: known.token, ...location } })
    },
    'tokens.get': ({ caller, params }) => {
      const owner = checkOwner(caller.owner, params)
      if (!owner.ok) return owner
      const known = ownOf(caller, params['id'])
      return known === undefined ? refused('ObjectUnknown') : ok({ data: known.token })
    },
    'tokens.put': ({ caller, params, body }) => {
      if (!isIssuer(caller)) return refused('PathUnknown', 'for issuers')
      const known = ownOf(caller, params['id'])
      const after = afterPut('Token', caller.owner, params, body, known?.token)
      return after.ok ? kept(caller, after.value, known) : after
    },
    'tokens.patch': ({ caller, params, body }) => {
      if (!isIssuer(caller)) return refused('PathUnknown', 'for issuers')
      const known = ownOf(caller, params['id'])
      const after = afterPatch('Token', caller.owner, params, body, known?.token)
      return after.ok ? kept(caller, after.value, known) : after
    },
  }
}
